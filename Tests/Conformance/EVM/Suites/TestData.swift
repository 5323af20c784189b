internal import CZstd
internal import Foundation
internal import Primitives

/// What keeps test data from being read.
public struct UnreadableData: Error, CustomStringConvertible {
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// Files of test data.
public enum TestData {
  /// A whole file, decompressed.
  public static func zstandard(_ path: String) throws -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw UnreadableData("cannot read \(path)")
    }
    let compressed = [UInt8](data)
    var output: [UInt8] = []
    guard let stream = unsafe ZSTD_createDStream() else { throw UnreadableData("out of memory") }
    defer { unsafe ZSTD_freeDStream(stream) }
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    var position = 0
    while position < compressed.count {
      let produced = try unsafe compressed.withUnsafeBytes { source in
        try unsafe chunk.withUnsafeMutableBytes { target in
          var input = unsafe ZSTD_inBuffer(
            src: source.baseAddress, size: source.count, pos: position)
          var result = unsafe ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
          let status = unsafe ZSTD_decompressStream(stream, &result, &input)
          guard ZSTD_isError(status) == 0 else { throw UnreadableData("\(path) is damaged") }
          unsafe position = input.pos
          return unsafe result.pos
        }
      }
      output += chunk[..<produced]
    }
    return output
  }

  /// The ranges of the lines of a text.
  public static func lines(_ bytes: [UInt8]) -> [Range<Int>] {
    unsafe bytes.withUnsafeBytes { buffer in
      var ranges: [Range<Int>] = []
      var start = 0
      while start < buffer.count, let base = buffer.baseAddress {
        // In a build without optimization a loop over a hundred megabytes takes a minute.
        let found = unsafe memchr(base + start, 0x0A, buffer.count - start)
        let end = unsafe found.map { unsafe UnsafeRawPointer($0) - base } ?? buffer.count
        if end > start { ranges.append(start..<end) }
        start = end + 1
      }
      return ranges
    }
  }
}

extension JSON {
  func required(_ name: String) throws -> JSON {
    guard let value = self[name] else { throw UnreadableData("no \(name)") }
    return value
  }

  func number() throws -> U256 {
    guard let text, let value = U256(hex: text) else { throw UnreadableData("no number") }
    return value
  }

  func uint64() throws -> UInt64 {
    let value = try number()
    guard value.fitsInOneLimb else { throw UnreadableData("a number is too large") }
    return value.w0
  }

  func bytes() throws -> [UInt8] {
    guard let text else { throw UnreadableData("no bytes") }
    return try Hex.decode(text)
  }

  func address() throws -> Address {
    guard let text, let address = Address(hex: text) else { throw UnreadableData("no address") }
    return address
  }

  func digest() throws -> Digest {
    try Digest(try bytes())
  }
}
