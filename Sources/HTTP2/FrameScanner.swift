/// Reads the heads of all frames in a connection's input, before the library sees them.
///
/// The library tells of no frame that it ignores: unknown types, DATA of streams that are over, and
/// what a PRIORITY frame says once priorities are switched off (RFC 9113 section 5.3.2).
struct FrameScanner {
  /// Bytes that belong to no head; at first, on a server, the preface.
  private var skipped: Int
  private var head = SIMD16<UInt8>(repeating: 0)
  private var headCount = 0

  private static let headSize = 9
  private static let prefaceSize = 24

  /// Whether a frame's payload is not complete.
  var isInsidePayload: Bool { skipped > 0 }

  init(role: Session.Role) {
    skipped = role == .server ? Self.prefaceSize : 0
  }

  /// The next frame whose head is complete in `bytes` from `offset` on.
  mutating func next(in bytes: RawSpan, _ offset: inout Int) -> FrameHead? {
    while offset < bytes.byteCount {
      guard skipped == 0 else {
        let count = min(skipped, bytes.byteCount - offset)
        skipped -= count
        offset += count
        continue
      }
      if let frame = whole(in: bytes, &offset) { return frame }
      head[headCount] = unsafe bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
      headCount += 1
      offset += 1
      if let frame = completed() { return frame }
    }
    return nil
  }

  /// What nearly every frame is: one whose head lies in `bytes` as a whole.
  private mutating func whole(in bytes: RawSpan, _ offset: inout Int) -> FrameHead? {
    guard headCount == 0, bytes.byteCount - offset >= Self.headSize else { return nil }
    let first = unsafe UInt32(
      bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    let type = UInt8(truncatingIfNeeded: first)
    guard type != FrameHead.priorityType else { return nil }
    let flags = unsafe bytes.unsafeLoad(fromByteOffset: offset + 4, as: UInt8.self)
    let stream = unsafe UInt32(
      bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset + 5, as: UInt32.self))
    skipped = Int(first >> 8)
    offset += Self.headSize
    return FrameHead(type: type, flags: flags, stream: Int32(stream & 0x7FFF_FFFF))
  }

  private mutating func completed() -> FrameHead? {
    guard headCount >= Self.headSize else { return nil }
    let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
    var frame = FrameHead(type: head[3], flags: head[4], stream: identifier(at: 5))
    guard frame.type == FrameHead.priorityType, length == FrameHead.prioritySize else {
      skipped = length
      headCount = 0
      return frame
    }
    guard headCount == Self.headSize + FrameHead.prioritySize else { return nil }
    headCount = 0
    frame.dependency = identifier(at: Self.headSize)
    return frame
  }

  private func identifier(at index: Int) -> Int32 {
    let bytes = (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(head[index + $1]) }
    return Int32(bytes & 0x7FFF_FFFF)
  }
}

/// What a frame says before its payload.
struct FrameHead {
  var type: UInt8
  var flags: UInt8
  var stream: Int32
  /// On a PRIORITY frame of the right length: the stream that the named one depends on.
  var dependency: Int32?

  static let priorityType: UInt8 = 2
  static let prioritySize = 5
}
