public import Files

/// A model file's bytes, on the disk or in memory.
public enum ModelBytes: Sendable {
  case mapped(MappedFile)
  case memory([UInt8])

  func withBytes<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    switch self {
    case .mapped(let file): try file.withBytes(body)
    case .memory(let bytes): try body(bytes.span)
    }
  }

  var byteCount: Int {
    switch self {
    case .mapped(let file): file.byteCount
    case .memory(let bytes): bytes.count
    }
  }
}
