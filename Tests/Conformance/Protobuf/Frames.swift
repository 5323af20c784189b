internal import Foundation

/// Messages on standard input and output: a length of four bytes, little-endian, then the bytes.
enum Frames {
  /// The next message, or `nil` at the end of the input.
  static func read() throws -> [UInt8]? {
    guard let header = try bytes(4) else { return nil }
    let length = header.reversed().reduce(0) { $0 << 8 | Int($1) }
    return length == 0 ? [] : try bytes(length)
  }

  static func write(_ message: [UInt8]) throws {
    let header = (0..<4).map { UInt8(truncatingIfNeeded: message.count >> (8 * $0)) }
    try FileHandle.standardOutput.write(contentsOf: Data(header + message))
  }

  private static func bytes(_ count: Int) throws -> [UInt8]? {
    var result: [UInt8] = []
    while result.count < count {
      let received = try FileHandle.standardInput.read(upToCount: count - result.count)
      guard let received, !received.isEmpty else { return nil }
      result += received
    }
    return result
  }
}
