internal import Primitives

/// A contract's code, ready to run: padded so that no instruction reads past the end, with a map of the
/// places where jumps may land.
@safe
final class Code: Sendable {
  /// PUSH32 at the last byte reads 32 more, and the STOP after it one.
  private static let padding = 33
  /// EIP-7702: 0xef0100 and an address.
  private static let delegationSize = 23

  let count: Int
  let hash: U256
  /// Where the account delegates to, when this is a designator of EIP-7702.
  let delegate: Address?
  private nonisolated(unsafe) let memory: UnsafeMutablePointer<UInt8>

  static let empty = Code(.empty, hash: Account.emptyCodeWord)

  init(_ bytes: ByteRange, hash: U256) {
    let size = bytes.count
    let mapSize = (size + 7) / 8
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: size + Self.padding + mapSize + 1)
    if let source = unsafe bytes.pointer {
      unsafe UnsafeMutableRawPointer(memory).copyMemory(from: source, byteCount: size)
    }
    unsafe (memory + size).initialize(repeating: 0, count: Self.padding + mapSize + 1)
    unsafe Self.markJumpDestinations(memory, size, map: memory + size + Self.padding)
    unsafe self.memory = memory
    count = size
    self.hash = hash
    if size == Self.delegationSize, unsafe (memory[0], memory[1], memory[2]) == (0xEF, 0x01, 0x00) {
      // Padding follows the address, so that 32 bytes can be read.
      delegate = Address(truncating: unsafe U256(bigEndianAt: memory + 3).shiftedRight(by: 96))
    } else {
      delegate = nil
    }
  }

  static func of(_ bytes: [UInt8], hash: U256) -> Code {
    unsafe bytes.withUnsafeBytes { buffer in
      unsafe Code(ByteRange(pointer: buffer.baseAddress, count: buffer.count), hash: hash)
    }
  }

  /// What an account that delegates has for code (EIP-7702).
  static func designator(_ address: Address) -> Code {
    let bytes = [0xEF, 0x01, 0x00] + address.bytes
    return of(bytes, hash: Keccak256.hash(bytes).word)
  }

  deinit {
    unsafe memory.deallocate()
  }

  /// The first byte; valid as long as the object lives.
  var base: UnsafePointer<UInt8> { unsafe UnsafePointer(memory) }

  /// One bit a byte of code.
  var jumpMap: UnsafePointer<UInt8> { unsafe UnsafePointer(memory + count + Self.padding) }

  var bytes: [UInt8] { unsafe Array(UnsafeBufferPointer(start: memory, count: count)) }

  private static func markJumpDestinations(
    _ code: UnsafeMutablePointer<UInt8>, _ size: Int, map: UnsafeMutablePointer<UInt8>
  ) {
    var index = 0
    while index < size {
      let opcode = unsafe code[index]
      if opcode == 0x5B {
        unsafe map[index &>> 3] |= 1 &<< UInt8(truncatingIfNeeded: index & 7)
      }
      index &+= opcode >= 0x60 && opcode <= 0x7F ? Int(opcode) &- 0x5E : 1
    }
  }
}
