/// The 256 instructions by their bytes, in order and without a gap, so that a byte *is* its case and the
/// loop's switch one jump table. Those that no fork has are named for the byte.
///
/// Which of them a fork has is in ``InstructionTable``.
enum Opcode: UInt8, CaseIterable, Sendable {
  case stop, add, mul, sub, div, sdiv, mod, smod
  case addmod, mulmod, exp, signextend, undefined0C, undefined0D, undefined0E, undefined0F
  case lt, gt, slt, sgt, eq, iszero, and, or
  case xor, not, byte, shl, shr, sar, clz, undefined1F
  case keccak256, undefined21, undefined22, undefined23, undefined24, undefined25, undefined26,
    undefined27
  case undefined28, undefined29, undefined2A, undefined2B, undefined2C, undefined2D, undefined2E,
    undefined2F
  case address, balance, origin, caller, callvalue, calldataload, calldatasize, calldatacopy
  case codesize, codecopy, gasprice, extcodesize, extcodecopy, returndatasize, returndatacopy,
    extcodehash
  case blockhash, coinbase, timestamp, number, prevrandao, gaslimit, chainid, selfbalance
  case basefee, blobhash, blobbasefee, undefined4B, undefined4C, undefined4D, undefined4E,
    undefined4F
  case pop, mload, mstore, mstore8, sload, sstore, jump, jumpi
  case pc, msize, gas, jumpdest, tload, tstore, mcopy, push0
  case push1, push2, push3, push4, push5, push6, push7, push8
  case push9, push10, push11, push12, push13, push14, push15, push16
  case push17, push18, push19, push20, push21, push22, push23, push24
  case push25, push26, push27, push28, push29, push30, push31, push32
  case dup1, dup2, dup3, dup4, dup5, dup6, dup7, dup8
  case dup9, dup10, dup11, dup12, dup13, dup14, dup15, dup16
  case swap1, swap2, swap3, swap4, swap5, swap6, swap7, swap8
  case swap9, swap10, swap11, swap12, swap13, swap14, swap15, swap16
  case log0, log1, log2, log3, log4, undefinedA5, undefinedA6, undefinedA7
  case undefinedA8, undefinedA9, undefinedAA, undefinedAB, undefinedAC, undefinedAD, undefinedAE,
    undefinedAF
  case undefinedB0, undefinedB1, undefinedB2, undefinedB3, undefinedB4, undefinedB5, undefinedB6,
    undefinedB7
  case undefinedB8, undefinedB9, undefinedBA, undefinedBB, undefinedBC, undefinedBD, undefinedBE,
    undefinedBF
  case undefinedC0, undefinedC1, undefinedC2, undefinedC3, undefinedC4, undefinedC5, undefinedC6,
    undefinedC7
  case undefinedC8, undefinedC9, undefinedCA, undefinedCB, undefinedCC, undefinedCD, undefinedCE,
    undefinedCF
  case undefinedD0, undefinedD1, undefinedD2, undefinedD3, undefinedD4, undefinedD5, undefinedD6,
    undefinedD7
  case undefinedD8, undefinedD9, undefinedDA, undefinedDB, undefinedDC, undefinedDD, undefinedDE,
    undefinedDF
  case undefinedE0, undefinedE1, undefinedE2, undefinedE3, undefinedE4, undefinedE5, undefinedE6,
    undefinedE7
  case undefinedE8, undefinedE9, undefinedEA, undefinedEB, undefinedEC, undefinedED, undefinedEE,
    undefinedEF
  case create, call, callcode, `return`, delegatecall, create2, undefinedF6, undefinedF7
  case undefinedF8, undefinedF9, staticcall, undefinedFB, undefinedFC, revert, invalid, selfdestruct

  /// The case of a byte. Every byte has one.
  @inline(__always)
  init(byte: UInt8) {
    unsafe self = unsafeBitCast(byte, to: Opcode.self)
  }

  /// The name in traces.
  var name: String {
    switch self {
    case .prevrandao: "DIFFICULTY"
    default: "\(self)".uppercased()
    }
  }
}
