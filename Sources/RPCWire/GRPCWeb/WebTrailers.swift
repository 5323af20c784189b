package import Buffers
package import HTTP
package import RPC

/// The trailers of gRPC-Web, which travel as the last message of the body
/// (grpc/grpc doc/PROTOCOL-WEB.md).
package enum WebTrailers {
  /// Appends the trailers with their envelope.
  package static func append(_ trailers: borrowing HeaderList, to output: inout ByteQueue) {
    var block = ByteQueue()
    for index in 0..<trailers.count {
      trailers.withField(at: index) { name, value in
        block.append(name)
        block.append(": ")
        block.append(value)
        block.append("\r\n")
      }
    }
    let start = output.count
    output.append([UInt8](repeating: 0, count: Envelope.byteCount))
    block.withBytes { output.append($0) }
    Envelope(.trailers, length: block.count).store(in: &output, at: start)
  }

  /// Reads the message behind the envelope, once it is decompressed. Names may come in any case,
  /// blanks around values may be missing, and lines may end in a bare line feed.
  ///
  /// - Parameter sizeMax: What ``HeaderList/listSize`` may become.
  package static func read(_ block: RawSpan, sizeMax: Int) throws(RPCError) -> HeaderList {
    var trailers = HeaderList()
    var start = 0
    for end in 0...block.byteCount where end == block.byteCount || block[end] == UInt8(ascii: "\n")
    {
      let hasReturn = end > start && block[end - 1] == UInt8(ascii: "\r")
      try read(line: block.extracting(start..<(hasReturn ? end - 1 : end)), into: &trailers)
      guard trailers.listSize <= sizeMax else { throw .trailersTooLarge(sizeMax) }
      start = end + 1
    }
    return trailers
  }

  private static func read(line: RawSpan, into trailers: inout HeaderList) throws(RPCError) {
    guard !line.isEmpty else { return }
    let colon = line.byteOffsets.first { line[$0] == UInt8(ascii: ":") }
    guard let colon, colon > 0 else {
      throw RPCError(.internal, "a line of the trailers is not a name, a colon and a value")
    }
    let name = line.extracting(line.trimmedOffsets(in: 0..<colon)).string.lowercased()
    let value = line.extracting(line.trimmedOffsets(in: colon + 1..<line.byteCount))
    unsafe trailers.append(name.utf8.span.bytes, value)
  }
}

extension RPCError {
  static func trailersTooLarge(_ sizeMax: Int) -> RPCError {
    RPCError(.resourceExhausted, "the trailers have more than \(sizeMax) bytes")
  }
}
