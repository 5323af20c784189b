internal import HTTP
package import RPC

/// A unary request of Connect as the query of a GET, for methods without side effects.
package struct ConnectQuery: Hashable, Sendable {
  package var codec: Codec
  package var compression: Compression
  /// The message as it was encoded, and compressed if it was.
  package var message: [UInt8]

  package init(_ codec: Codec, _ message: [UInt8], compression: Compression = .identity) {
    self.codec = codec
    self.compression = compression
    self.message = message
  }

  /// Why a query is no request.
  package enum Refusal: Error {
    /// HTTP status 415.
    case unknownCodec
    case failed(RPCError)
  }

  /// Reads what is behind the question mark. Parameters that mean nothing here are skipped.
  package init(reading query: RawSpan, requiresVersion: Bool = false) throws(Refusal) {
    var parameters = Parameters()
    do throws(RPCError) {
      try query.forEachPart(separatedBy: UInt8(ascii: "&")) { (part) throws(RPCError) in
        try parameters.add(part)
      }
      try Self.checkVersion(parameters.connect, isRequired: requiresVersion)
      compression = try Self.compression(parameters.compression)
      message = try Self.message(parameters)
    } catch {
      throw .failed(error)
    }
    guard let encoding = parameters.encoding else {
      throw .failed(RPCError(.invalidArgument, "the query has no encoding"))
    }
    guard let codec = Codec(rawValue: String(decoding: encoding, as: UTF8.self)) else {
      throw .unknownCodec
    }
    self.codec = codec
  }

  /// The query without the question mark, in the order that the protocol recommends: caches compare
  /// text.
  package var text: String {
    let isText = codec == .json && compression == .identity
    let bytes = unsafe message.span.bytes
    let value = isText ? PercentEncoding.encodeQuery(bytes) : Base64.encode(bytes, .url)
    let encoded = isText ? "" : "base64=1&"
    let compressed = compression == .identity ? "" : "compression=\(compression.rawValue)&"
    return "connect=v1&\(encoded)\(compressed)encoding=\(codec.rawValue)&message=\(value)"
  }
}

extension ConnectQuery {
  /// The parameters that have a meaning, decoded; of several with one name, the first counts.
  private struct Parameters {
    var connect: [UInt8]?
    var encoding: [UInt8]?
    var base64: [UInt8]?
    var compression: [UInt8]?
    var message: [UInt8]?

    mutating func add(_ part: RawSpan) throws(RPCError) {
      let equals = part.byteOffsets.first { part[$0] == UInt8(ascii: "=") } ?? part.byteCount
      let name = try decode(part.extracting(0..<equals))
      let value = try decode(part.extracting(min(equals + 1, part.byteCount)..<part.byteCount))
      switch String(decoding: name, as: UTF8.self) {
      case "connect": connect = connect ?? value
      case "encoding": encoding = encoding ?? value
      case "base64": base64 = base64 ?? value
      case "compression": compression = compression ?? value
      case "message": message = message ?? value
      default: break
      }
    }

    private func decode(_ bytes: RawSpan) throws(RPCError) -> [UInt8] {
      guard let decoded = PercentEncoding.decodeQuery(bytes) else {
        throw RPCError(.invalidArgument, "the query has a bad percent-encoding")
      }
      return decoded
    }
  }

  private static func checkVersion(_ value: [UInt8]?, isRequired: Bool) throws(RPCError) {
    guard let value else {
      guard !isRequired else {
        throw RPCError(.invalidArgument, "the query's connect is missing, it must be v1")
      }
      return
    }
    guard value == Array("v1".utf8) else {
      throw RPCError(.invalidArgument, "the query's connect is not v1")
    }
  }

  private static func compression(_ value: [UInt8]?) throws(RPCError) -> Compression {
    guard let value, !value.isEmpty else { return .identity }
    guard let compression = unsafe Compression(reading: value.span.bytes) else {
      throw RPCError(.unimplemented, "the query's compression is not known")
    }
    return compression
  }

  private static func message(_ parameters: Parameters) throws(RPCError) -> [UInt8] {
    guard let message = parameters.message else {
      throw RPCError(.invalidArgument, "the query has no message")
    }
    guard parameters.base64 == [UInt8(ascii: "1")] else { return message }
    guard let bytes = unsafe Base64.decode(message.span.bytes, .url) else {
      throw RPCError(.invalidArgument, "the query's message is not URL-safe base64")
    }
    return bytes
  }
}
