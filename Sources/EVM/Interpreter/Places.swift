internal import Primitives

// The pointers of the loop, wrapped so that the loop itself reads as arithmetic. Nothing here checks
// bounds: the loop's checks of the stack's height, the memory's size and the code's padding do.

/// A place on the stack, one past the top.
@safe
struct StackPlace {
  var pointer: UnsafeMutablePointer<U256>

  @inline(__always)
  subscript(index: Int) -> U256 {
    get { unsafe pointer[index] }
    nonmutating set { unsafe pointer[index] = newValue }
  }

  @inline(__always)
  mutating func drop(_ count: Int) {
    unsafe pointer -= count
  }

  @inline(__always)
  mutating func push(_ word: U256) {
    unsafe pointer.pointee = word
    unsafe pointer += 1
  }

  /// The number of bytes between a lower place and this one.
  @inline(__always)
  func height(above base: StackPlace) -> UInt {
    unsafe UInt(bitPattern: pointer) &- UInt(bitPattern: base.pointer)
  }
}

/// A place in code.
@safe
struct CodePlace {
  var pointer: UnsafePointer<UInt8>

  @inline(__always)
  subscript(index: Int) -> UInt8 { unsafe pointer[index] }

  @inline(__always)
  mutating func advance(_ count: Int) {
    unsafe pointer += count
  }

  @inline(__always)
  func offset(from base: CodePlace) -> Int {
    unsafe pointer - base.pointer
  }

  @inline(__always)
  func advanced(by count: Int) -> CodePlace {
    unsafe CodePlace(pointer: pointer + count)
  }

  /// The first `count` bytes of eight, 1 to 8.
  @inline(__always)
  func number(ofBytes count: Int) -> U256 {
    let limb = unsafe UnsafeRawPointer(pointer).loadUnaligned(as: UInt64.self).byteSwapped
    return U256(limb &>> UInt64(truncatingIfNeeded: 64 &- 8 &* count))
  }

  /// 32 bytes.
  @inline(__always)
  var word: U256 { unsafe U256(bigEndianAt: pointer) }
}

/// One frame's memory, which never moves.
@safe
struct MemoryPlace {
  let pointer: UnsafeMutableRawPointer
  /// The end of the address space.
  let limit: UnsafeMutableRawPointer

  @inline(__always)
  func word(at offset: Int) -> U256 {
    unsafe U256(bigEndianAt: pointer + offset)
  }

  @inline(__always)
  func store(_ word: U256, at offset: Int) {
    unsafe word.storeBigEndian(at: pointer + offset)
  }

  @inline(__always)
  func store(_ byte: UInt8, at offset: Int) {
    unsafe pointer.storeBytes(of: byte, toByteOffset: offset, as: UInt8.self)
  }

  /// Whether `count` bytes fit before the end of the address space that memories share.
  func hasRoom(for count: Int) -> Bool {
    unsafe count <= limit - pointer
  }

  func zero(from start: Int, to end: Int) {
    unsafe (pointer + start).initializeMemory(as: UInt8.self, repeating: 0, count: end - start)
  }

  func keccak(at offset: Int, _ count: Int) -> U256 {
    unsafe Keccak256.word(of: UnsafeRawBufferPointer(start: pointer + offset, count: count))
  }

  func move(from source: Int, to target: Int, _ count: Int) {
    unsafe (pointer + target).copyMemory(from: pointer + source, byteCount: count)
  }

  func bytes(at offset: Int, _ count: Int) -> [UInt8] {
    unsafe Array(UnsafeRawBufferPointer(start: pointer + offset, count: count))
  }

  /// Copies `count` bytes from `source`, which ends after `available`; zeros follow.
  func copy(
    from source: ByteRange, at start: Int, to target: Int, _ count: Int
  ) {
    let present = max(0, min(count, source.count &- start))
    if present > 0, let base = unsafe source.pointer {
      unsafe (pointer + target).copyMemory(from: base + start, byteCount: present)
    }
    if count > present {
      unsafe (pointer + target + present).initializeMemory(
        as: UInt8.self, repeating: 0, count: count &- present)
    }
  }

  func range(at offset: Int, _ count: Int) -> ByteRange {
    unsafe ByteRange(pointer: UnsafeRawPointer(pointer + offset), count: count)
  }
}

/// Bytes that somebody else keeps: calldata, code, return data.
@safe
struct ByteRange {
  let pointer: UnsafeRawPointer?
  let count: Int

  static var empty: ByteRange { unsafe ByteRange(pointer: nil, count: 0) }

  /// 32 bytes from `offset` on, with zeros after the end.
  @inline(__always)
  func word(at offset: U256) -> U256 {
    guard offset.fitsInOneLimb, offset.w0 < UInt64(count), let pointer = unsafe pointer else {
      return .zero
    }
    let start = Int(truncatingIfNeeded: offset.w0)
    if start &+ 32 <= count { return unsafe U256(bigEndianAt: pointer + start) }
    return tail(start)
  }

  @inline(never)
  private func tail(_ start: Int) -> U256 {
    guard let pointer = unsafe pointer else { return .zero }
    var value = U256.zero
    for index in 0..<32 {
      let byte =
        start + index < count
        ? unsafe pointer.load(fromByteOffset: start + index, as: UInt8.self) : 0
      value = value.shiftedLeft(by: 8) | U256(UInt64(byte))
    }
    return value
  }

  var bytes: [UInt8] { unsafe Array(UnsafeRawBufferPointer(start: pointer, count: count)) }
}
