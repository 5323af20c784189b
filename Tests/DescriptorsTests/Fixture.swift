import Descriptors
import Foundation
import SwiftProtobuf
import Testing

/// The test schema, and both directions of the codec on it.
struct Fixture {
  var transcoder: Transcoder

  init(_ configure: (inout Transcoder.Options) -> Void = { _ in }) throws {
    var options = Transcoder.Options()
    configure(&options)
    transcoder = Transcoder(pool: try Self.pool(), options: options)
  }

  static func pool() throws -> DescriptorPool {
    try DescriptorPool(serializedSet: Array(everythingSet()))
  }

  static func everythingSet() throws -> Data {
    try #require(Data(base64Encoded: everythingBase64, options: .ignoreUnknownCharacters))
  }

  func json(_ wire: [UInt8], _ type: String) throws -> String {
    String(decoding: try transcoder.json(from: wire.span, type: Self.full(type)), as: UTF8.self)
  }

  func wire(_ json: String, _ type: String) throws -> [UInt8] {
    try transcoder.wire(fromJSON: Array(json.utf8).span, type: Self.full(type))
  }

  /// JSON through the wire and back.
  func echo(_ json: String, _ type: String) throws -> String {
    try self.json(try wire(json, type), type)
  }

  /// What a refused conversion says.
  func refusal(_ json: String, _ type: String) -> String {
    do {
      return "accepted: \(try wire(json, type))"
    } catch {
      return "\(error)"
    }
  }

  func refusal(_ wire: [UInt8], _ type: String) -> String {
    do {
      return "accepted: \(try json(wire, type))"
    } catch {
      return "\(error)"
    }
  }

  private static func full(_ type: String) -> String {
    type.contains(".") ? type : "everything.v3.\(type)"
  }
}
