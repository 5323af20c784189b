import Foundation
import Testing

/// The habits of the house, read from its own text.
@Suite
struct TidyTests {
  /// Targets that own C handles or raw memory. Elsewhere the word `unsafe` has no place.
  static let mayBeUnsafe: Set<String> = [
    "ArrayFiles", "Buffers", "Chain", "Console", "EVM", "Files", "HTTP", "HTTP1", "HTTP2",
    "KeyDerivation", "Net", "Precompiles", "Primitives", "REE", "RPC", "RPCClient", "RPCServer",
    "RPCWire", "Secp256k1",
    "Sodium", "TLS", "Training", "Transport", "WebSocket",
  ]
  /// The one file outside: an executor hands its jobs to the runtime.
  static let unsafeFiles: Set<String> = ["gateway/Services/DiskExecutor.swift"]

  @Test(arguments: try SourceFile.written())
  func `keeps unsafe code in the rooms that own memory`(file: SourceFile) {
    guard !Self.mayBeUnsafe.contains(file.target), !Self.unsafeFiles.contains(file.path),
      !file.path.hasPrefix("Tests/")
    else { return }

    #expect(!file.code.contains(/\bunsafe\b/))
  }

  @Test(arguments: try SourceFile.written())
  func `names files for what is in them`(file: SourceFile) {
    #expect(!file.name.contains(/(Manager|Helpers?|Utils?|Common|Base|Impl|Misc)\.swift$/))
  }

  @Test(arguments: try SourceFile.written())
  func `leaves nothing for later`(file: SourceFile) {
    guard file.path != "Tests/TidyTests/TidyTests.swift" else { return }

    #expect(!file.text.contains(/TODO|FIXME|XXX/))
  }

  @Test(arguments: try SourceFile.written().filter { !$0.path.hasPrefix("Tests/") })
  func `never unwraps by force`(file: SourceFile) {
    #expect(!file.code.contains(/try!|as!/))
  }

  @Test(arguments: try SourceFile.engines())
  func `keeps engines away from RPC`(file: SourceFile) {
    #expect(!file.code.contains(/import (RPC|RPCServer|RPCClient|Schema|HTTP|HTTP1|HTTP2)\n/))
  }

  @Test(arguments: try SourceFile.written().filter { $0.path.hasPrefix("clients/") })
  func `keeps clients away from engines`(file: SourceFile) {
    #expect(!file.code.contains(/import (REE|Training|AXL|EVM|Chain|Market|Apps)\n/))
  }
}

/// A Swift file of the repository that a person wrote.
struct SourceFile: CustomTestStringConvertible, Sendable {
  let path: String
  let text: String

  var testDescription: String { path }
  var name: String { String(path.split(separator: "/").last ?? "") }

  /// The second folder of `Sources/Target/…` and its like.
  var target: String {
    let parts = path.split(separator: "/")
    return parts.count > 1 ? String(parts[1]) : ""
  }

  /// The text without comments, in which words are free.
  var code: String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .map {
        $0.contains("//")
          ? String($0.prefix(upTo: $0.firstRange(of: "//")?.lowerBound ?? $0.endIndex)) : String($0)
      }
      .joined(separator: "\n")
  }

  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func written() throws -> [SourceFile] {
    try ["Sources", "Tests", "clients", "gateway"].flatMap { folder in
      let base = root.appending(path: folder)
      let found = FileManager.default.enumerator(atPath: base.path) ?? .init()
      return try found.compactMap { $0 as? String }
        .filter { $0.hasSuffix(".swift") && !$0.contains(".pb.") && !$0.contains(".gensyn.") }
        .map { path in
          SourceFile(
            path: "\(folder)/\(path)",
            text: try String(contentsOf: base.appending(path: path), encoding: .utf8))
        }
    }
    .sorted { $0.path < $1.path }
  }

  static func engines() throws -> [SourceFile] {
    try written().filter { file in
      ["AXL", "EVM", "Chain", "REE", "Training", "Market", "Apps"].contains {
        file.path.hasPrefix("Sources/\($0)/")
      }
    }
  }
}
