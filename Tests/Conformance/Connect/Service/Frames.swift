package import ConnectConformanceSchema
internal import Foundation
package import SwiftProtobuf
internal import Synchronization

/// Messages on standard input and output, each behind its length in four bytes, big-endian.
package enum Frames {
  private static let output = Mutex(FileHandle.standardOutput)

  /// Waits for the next message; nil at the end of the input.
  package static func read<M: Message>(_ type: M.Type) throws -> M? {
    guard let head = try FileHandle.standardInput.readAll(4) else { return nil }
    let count = head.reduce(0) { $0 << 8 | Int($1) }
    guard let body = try FileHandle.standardInput.readAll(count) else { return nil }
    return try M(serializedBytes: body)
  }

  package static func write(_ message: some Message) throws {
    let body: Data = try message.serializedBytes()
    var frame = Data((0..<4).map { UInt8(truncatingIfNeeded: body.count >> (24 - 8 * $0)) })
    frame.append(body)
    try output.withLock { try $0.write(contentsOf: frame) }
  }
}

extension FileHandle {
  fileprivate func readAll(_ count: Int) throws -> Data? {
    var bytes = Data()
    while bytes.count < count {
      guard let more = try read(upToCount: count - bytes.count), !more.isEmpty else { return nil }
      bytes.append(more)
    }
    return bytes
  }
}

extension Connectrpc_Conformance_V1 {
  /// JSON can write an `Any` only of messages that it knows.
  package static func registerMessages() {
    let types: [any Message.Type] = [
      UnaryRequest.self, IdempotentUnaryRequest.self, ServerStreamRequest.self,
      ClientStreamRequest.self, BidiStreamRequest.self, UnimplementedRequest.self,
      ConformancePayload.RequestInfo.self, Header.self,
    ]
    for type in types { Google_Protobuf_Any.register(messageType: type) }
  }
}
