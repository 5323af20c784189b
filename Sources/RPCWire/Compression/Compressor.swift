package import Buffers
internal import CZlib
internal import CZstd
package import RPC

/// Makes messages smaller. One serves any number of messages, one after the other: each of them is
/// compressed for itself.
package final class Compressor {
  private lazy var gzip = Deflater(.gzip)
  private lazy var zlib = Deflater(.zlib)
  private lazy var zstd = ZstdEncoder()

  package init() {}

  /// Appends `bytes` in compressed form to `output`.
  package func compress(
    _ bytes: RawSpan, into output: inout ByteQueue, _ algorithm: Compression
  ) {
    switch algorithm {
    case .identity: output.append(bytes)
    case .gzip: gzip.compress(bytes, into: &output)
    case .deflate: zlib.compress(bytes, into: &output)
    case .zstd: zstd.compress(bytes, into: &output)
    }
  }
}

/// One deflate stream of zlib, used again for every message.
@safe
private final class Deflater {
  // zlib wants the stream to stay where it was initialized.
  private let stream: UnsafeMutablePointer<z_stream>

  init(_ format: ZlibFormat) {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    let status = unsafe deflateInit2_(
      stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, format.windowBits, 8, Z_DEFAULT_STRATEGY,
      ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { fatalError("out of memory") }
  }

  deinit {
    unsafe deflateEnd(stream)
    unsafe stream.deallocate()
  }

  func compress(_ bytes: RawSpan, into output: inout ByteQueue) {
    precondition(bytes.byteCount <= UInt32.max, "a message has at most 4 GiB")
    unsafe deflateReset(stream)
    let bound = unsafe Int(deflateBound(stream, UInt(bytes.byteCount)))
    unsafe bytes.withUnsafeBytes { input in
      unsafe stream.pointee.next_in = unsafe UnsafeMutablePointer(
        mutating: input.assumingMemoryBound(to: UInt8.self).baseAddress)
      unsafe stream.pointee.avail_in = UInt32(input.count)
      var isDone = false
      while !isDone {
        _ = unsafe output.append(upTo: min(bound, Int(UInt32.max))) { room in
          unsafe stream.pointee.next_out = room.assumingMemoryBound(to: UInt8.self).baseAddress
          unsafe stream.pointee.avail_out = UInt32(room.count)
          isDone = unsafe deflate(stream, Z_FINISH) == Z_STREAM_END
          return unsafe room.count - Int(stream.pointee.avail_out)
        }
      }
    }
  }
}

/// One compression context of zstd, used again for every message.
@safe
private final class ZstdEncoder {
  private let context: OpaquePointer

  init() {
    guard let context = unsafe ZSTD_createCCtx() else { fatalError("out of memory") }
    unsafe self.context = context
  }

  deinit {
    unsafe ZSTD_freeCCtx(context)
  }

  func compress(_ bytes: RawSpan, into output: inout ByteQueue) {
    _ = unsafe output.append(upTo: ZSTD_compressBound(bytes.byteCount)) { room in
      let count = unsafe bytes.withUnsafeBytes { input in
        unsafe ZSTD_compressCCtx(
          context, room.baseAddress, room.count, input.baseAddress, input.count,
          ZSTD_CLEVEL_DEFAULT)
      }
      // With room for the bound, only memory can be missing.
      guard ZSTD_isError(count) == 0 else { fatalError("out of memory") }
      return count
    }
  }
}
