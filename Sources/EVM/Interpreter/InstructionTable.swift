internal import Primitives

/// What the loop checks before each instruction of a fork: its constant gas, the words it needs and the
/// room for those it leaves.
///
/// The tables are made once for each fork and never freed, so that the loop reads them through plain
/// pointers.
@safe
struct InstructionTable: @unchecked Sendable {
  struct Entry {
    var gas: Int32
    /// Bytes that the stack must have.
    var need: UInt16
    /// Bytes that it may have beyond them.
    var span: UInt16

    /// An instruction that does not exist: no stack is as high.
    static let undefined = Entry(gas: 0, need: .max, span: 0)

    /// Of an instruction that takes some words and leaves others.
    init(gas: Int, takes: Int, leaves: Int) {
      let most = Interpreter.stackMax - max(0, leaves - takes)
      self.init(
        gas: Int32(gas), need: UInt16(takes * 32), span: UInt16((most - takes) * 32))
    }

    private init(gas: Int32, need: UInt16, span: UInt16) {
      self.gas = gas
      self.need = need
      self.span = span
    }
  }

  let entries: UnsafePointer<Entry>

  private static let tables: [InstructionTable] = Fork.allCases.map { InstructionTable($0) }

  static func of(_ fork: Fork) -> InstructionTable {
    tables[Int(fork.rawValue)]
  }

  private init(_ fork: Fork) {
    let entries = UnsafeMutablePointer<Entry>.allocate(capacity: 256)
    unsafe entries.initialize(repeating: .undefined, count: 256)
    for instruction in Self.instructions where fork >= instruction.since {
      for opcode in instruction.opcodes {
        unsafe entries[Int(opcode)] = Entry(
          gas: instruction.gas, takes: instruction.need,
          leaves: instruction.pushes ? instruction.need + 1 : 0)
      }
    }
    for index in 0..<16 {
      unsafe entries[0x80 + index] = Entry(gas: 3, takes: index + 1, leaves: index + 2)
      unsafe entries[0x90 + index] = Entry(gas: 3, takes: index + 2, leaves: index + 2)
    }
    for index in 0..<5 {
      unsafe entries[0xA0 + index] = Entry(gas: 375 * (index + 1), takes: index + 2, leaves: 0)
    }
    unsafe self.entries = UnsafePointer(entries)
  }

  private struct Instructions {
    let opcodes: [UInt8]
    let gas: Int
    let need: Int
    var since = Fork.frontier

    /// Whether the stack grows: what takes nothing leaves a word, but for STOP and JUMPDEST.
    var pushes: Bool { need == 0 && ![[0x00], [0x5B]].contains(opcodes) }
  }

  /// Instructions whose gas depends on more than the fork have what is constant of it here.
  private static let instructions: [Instructions] = [
    Instructions(opcodes: [0x00], gas: 0, need: 0),  // STOP
    Instructions(opcodes: [0x01, 0x03], gas: 3, need: 2),  // ADD, SUB
    Instructions(opcodes: [0x02, 0x04, 0x05, 0x06, 0x07, 0x0B], gas: 5, need: 2),
    Instructions(opcodes: [0x08, 0x09], gas: 8, need: 3),  // ADDMOD, MULMOD
    Instructions(opcodes: [0x0A], gas: 10, need: 2),  // EXP
    Instructions(opcodes: [0x10, 0x11, 0x12, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1A], gas: 3, need: 2),
    Instructions(opcodes: [0x15, 0x19], gas: 3, need: 1),  // ISZERO, NOT
    Instructions(opcodes: [0x1B, 0x1C, 0x1D], gas: 3, need: 2, since: .constantinople),
    Instructions(opcodes: [0x1E], gas: 5, need: 1, since: .osaka),  // CLZ
    Instructions(opcodes: [0x20], gas: 30, need: 2),  // KECCAK256
    Instructions(opcodes: [0x30, 0x32, 0x33, 0x34, 0x36, 0x38, 0x3A], gas: 2, need: 0),
    Instructions(opcodes: [0x31, 0x3B], gas: 0, need: 1),  // BALANCE, EXTCODESIZE
    Instructions(opcodes: [0x35], gas: 3, need: 1),  // CALLDATALOAD
    Instructions(opcodes: [0x37, 0x39], gas: 3, need: 3),  // CALLDATACOPY, CODECOPY
    Instructions(opcodes: [0x3C], gas: 0, need: 4),  // EXTCODECOPY
    Instructions(opcodes: [0x3D], gas: 2, need: 0, since: .byzantium),  // RETURNDATASIZE
    Instructions(opcodes: [0x3E], gas: 3, need: 3, since: .byzantium),  // RETURNDATACOPY
    Instructions(opcodes: [0x3F], gas: 0, need: 1, since: .constantinople),  // EXTCODEHASH
    Instructions(opcodes: [0x40], gas: 20, need: 1),  // BLOCKHASH
    Instructions(opcodes: [0x41, 0x42, 0x43, 0x44, 0x45], gas: 2, need: 0),
    Instructions(opcodes: [0x46], gas: 2, need: 0, since: .istanbul),  // CHAINID
    Instructions(opcodes: [0x47], gas: 5, need: 0, since: .istanbul),  // SELFBALANCE
    Instructions(opcodes: [0x48], gas: 2, need: 0, since: .london),  // BASEFEE
    Instructions(opcodes: [0x49], gas: 3, need: 1, since: .cancun),  // BLOBHASH
    Instructions(opcodes: [0x4A], gas: 2, need: 0, since: .cancun),  // BLOBBASEFEE
    Instructions(opcodes: [0x50], gas: 2, need: 1),  // POP
    Instructions(opcodes: [0x51], gas: 3, need: 1),  // MLOAD
    Instructions(opcodes: [0x52, 0x53], gas: 3, need: 2),  // MSTORE, MSTORE8
    Instructions(opcodes: [0x54], gas: 0, need: 1),  // SLOAD
    Instructions(opcodes: [0x55], gas: 0, need: 2),  // SSTORE
    Instructions(opcodes: [0x56], gas: 8, need: 1),  // JUMP
    Instructions(opcodes: [0x57], gas: 10, need: 2),  // JUMPI
    Instructions(opcodes: [0x58, 0x59, 0x5A], gas: 2, need: 0),  // PC, MSIZE, GAS
    Instructions(opcodes: [0x5B], gas: 1, need: 0),  // JUMPDEST
    Instructions(opcodes: [0x5C], gas: 100, need: 1, since: .cancun),  // TLOAD
    Instructions(opcodes: [0x5D], gas: 100, need: 2, since: .cancun),  // TSTORE
    Instructions(opcodes: [0x5E], gas: 3, need: 3, since: .cancun),  // MCOPY
    Instructions(opcodes: [0x5F], gas: 2, need: 0, since: .shanghai),  // PUSH0
    Instructions(opcodes: Array(0x60...0x7F), gas: 3, need: 0),  // PUSH1 to PUSH32
    Instructions(opcodes: [0xF0], gas: 32_000, need: 3),  // CREATE
    Instructions(opcodes: [0xF1, 0xF2], gas: 0, need: 7),  // CALL, CALLCODE
    Instructions(opcodes: [0xF3], gas: 0, need: 2),  // RETURN
    Instructions(opcodes: [0xF4], gas: 0, need: 6, since: .homestead),  // DELEGATECALL
    Instructions(opcodes: [0xF5], gas: 32_000, need: 4, since: .constantinople),  // CREATE2
    Instructions(opcodes: [0xFA], gas: 0, need: 6, since: .byzantium),  // STATICCALL
    Instructions(opcodes: [0xFD], gas: 0, need: 2, since: .byzantium),  // REVERT
    Instructions(opcodes: [0xFF], gas: 0, need: 1),  // SELFDESTRUCT
  ]
}
