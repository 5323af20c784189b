internal import CZstd
internal import RPC

/// One decompression context of zstd, used again for every message.
@safe
final class ZstdDecoder: Expander {
  /// What RFC 9659 lets a frame ask a receiver to remember: 8 MiB.
  private static let windowLogMax: Int32 = 23

  private let context: OpaquePointer
  private var input = unsafe ZSTD_inBuffer()

  init() {
    guard let context = unsafe ZSTD_createDCtx() else { fatalError("out of memory") }
    unsafe self.context = context
    unsafe ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Self.windowLogMax)
  }

  deinit {
    unsafe ZSTD_freeDCtx(context)
  }

  func start(_ input: UnsafeRawBufferPointer) {
    unsafe ZSTD_DCtx_reset(context, ZSTD_reset_session_only)
    unsafe self.input = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
  }

  func decode(
    into room: UnsafeMutableRawBufferPointer
  ) throws(RPCError) -> (written: Int, isDone: Bool) {
    var output = unsafe ZSTD_outBuffer(dst: room.baseAddress, size: room.count, pos: 0)
    while true {
      // Zero at the end of a frame; another one may follow.
      let wanted = unsafe ZSTD_decompressStream(context, &output, &input)
      guard ZSTD_isError(wanted) == 0 else { throw .damaged(.zstd) }
      let isAtEnd = unsafe input.pos == input.size
      if isAtEnd && wanted == 0 { return unsafe (output.pos, true) }
      if unsafe output.pos == output.size { return unsafe (output.pos, false) }
      guard !isAtEnd else { throw .truncated(.zstd) }
    }
  }
}
