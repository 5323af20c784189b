internal import HTTP
package import RPC

extension Compression {
  /// Reads `grpc-encoding`, `content-encoding` and their kin; nil for one that we do not know.
  package init?(reading value: RawSpan) {
    if let known = Compression(exactly: value) {
      self = known
      return
    }
    guard let other = Compression(rawValue: value.string.lowercased()) else { return nil }
    self = other
  }

  /// Reads the usual spelling, without a string.
  fileprivate init?(exactly value: RawSpan) {
    if value.equals("identity") {
      self = .identity
    } else if value.equals("gzip") {
      self = .gzip
    } else if value.equals("deflate") {
      self = .deflate
    } else if value.equals("zstd") {
      self = .zstd
    } else {
      return nil
    }
  }

  package var name: StaticString {
    switch self {
    case .identity: "identity"
    case .gzip: "gzip"
    case .deflate: "deflate"
    case .zstd: "zstd"
    }
  }
}

/// The compressions that a peer says it understands. Identity is always one of them.
package struct AcceptedCompressions: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  package init(_ compression: Compression) {
    switch compression {
    case .identity: self = []
    case .gzip: self = .gzip
    case .deflate: self = .deflate
    case .zstd: self = .zstd
    }
  }

  package static let gzip = AcceptedCompressions(rawValue: 1)
  package static let deflate = AcceptedCompressions(rawValue: 2)
  package static let zstd = AcceptedCompressions(rawValue: 4)
  package static let all: AcceptedCompressions = [.gzip, .deflate, .zstd]

  /// Reads `grpc-accept-encoding`, `accept-encoding` and their kin. A quality of zero excludes,
  /// others do not matter; what we do not know is skipped.
  package init(reading list: RawSpan) {
    var accepted: AcceptedCompressions = []
    var excluded: AcceptedCompressions = []
    list.forEachPart(separatedBy: UInt8(ascii: ",")) { part in
      if let known = Compression(exactly: part) {
        accepted.formUnion(Self(known))
        return
      }
      let words = part.string.lowercased().split(separator: ";").map { word in
        word.filter { $0 != " " && $0 != "\t" }
      }
      guard let name = words.first else { return }
      let named = name == "*" ? .all : Compression(rawValue: name).map { Self($0) } ?? []
      let isExcluded = words.dropFirst().contains { word in
        word.hasPrefix("q=") && Double(word.dropFirst(2)) == 0
      }
      // A star speaks of what the list does not name.
      if !isExcluded {
        accepted.formUnion(named)
      } else if name != "*" {
        excluded.formUnion(named)
      }
    }
    self = accepted.subtracting(excluded)
  }

  package func accepts(_ compression: Compression) -> Bool {
    contains(AcceptedCompressions(compression))
  }

  /// What to send to this peer, where `wanted` would be nice: when it knows another one only, that
  /// is better than none.
  package func choose(_ wanted: Compression) -> Compression {
    if accepts(wanted) { return wanted }
    return [.zstd, .gzip, .deflate].first { accepts($0) } ?? .identity
  }

  /// The value of the header field that tells the peer.
  package var list: String {
    let names = Compression.allCases.filter { $0 != .identity && accepts($0) }.map(\.rawValue)
    return names.isEmpty ? "identity" : names.joined(separator: ",")
  }
}
