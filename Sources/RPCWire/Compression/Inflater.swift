internal import CZlib
internal import RPC

/// One inflate stream of zlib, used again for every message.
@safe
final class Inflater: Expander {
  private let format: ZlibFormat
  // zlib wants the stream to stay where it was initialized.
  private let stream: UnsafeMutablePointer<z_stream>

  init(_ format: ZlibFormat) {
    self.format = format
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    let status = unsafe inflateInit2_(
      stream, format.windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { fatalError("out of memory") }
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  private var compression: Compression { format == .gzip ? .gzip : .deflate }

  func start(_ input: UnsafeRawBufferPointer) {
    unsafe inflateReset(stream)
    unsafe stream.pointee.next_in = unsafe UnsafeMutablePointer(
      mutating: input.assumingMemoryBound(to: UInt8.self).baseAddress)
    // An envelope's length has 32 bits.
    unsafe stream.pointee.avail_in = UInt32(clamping: input.count)
  }

  func decode(
    into room: UnsafeMutableRawBufferPointer
  ) throws(RPCError) -> (written: Int, isDone: Bool) {
    let capacity = UInt32(clamping: room.count)
    unsafe stream.pointee.next_out = room.assumingMemoryBound(to: UInt8.self).baseAddress
    unsafe stream.pointee.avail_out = capacity
    while true {
      switch try advance() {
      case .goesOn: continue
      case .isFull: return unsafe (Int(capacity - stream.pointee.avail_out), false)
      case .isDone: return unsafe (Int(capacity - stream.pointee.avail_out), true)
      }
    }
  }

  private enum Progress { case goesOn, isFull, isDone }

  private func advance() throws(RPCError) -> Progress {
    let status = unsafe inflate(stream, Z_NO_FLUSH)
    switch status {
    case Z_STREAM_END:
      guard unsafe stream.pointee.avail_in > 0 else { return .isDone }
      // Gzip files may follow one another (RFC 1952 section 2.2); zlib's format has no such rule.
      guard format == .gzip else { throw .damaged(compression) }
      unsafe inflateReset(stream)
    case Z_OK, Z_BUF_ERROR:
      let hasRoom = unsafe stream.pointee.avail_out > 0
      let hasInput = unsafe status == Z_OK && stream.pointee.avail_in > 0
      guard !hasRoom || hasInput else { throw .truncated(compression) }
    default:
      throw .damaged(compression)
    }
    return unsafe stream.pointee.avail_out > 0 ? .goesOn : .isFull
  }
}
