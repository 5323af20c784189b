/// Why a frame stopped without a result. All its gas is gone and all its changes are taken back.
public enum Halt: Error, Hashable, Sendable {
  case outOfGas
  case stackUnderflow
  case stackOverflow
  case invalidJump
  /// 0xfe, or a byte that is no instruction in this fork.
  case undefinedInstruction(UInt8)
  /// A change inside a static call.
  case staticViolation
  case returnDataOutOfBounds
  /// EIP-3860.
  case initcodeTooLarge
  /// EIP-170.
  case codeTooLarge
  /// EIP-3541.
  case codeStartsWithEF
  /// EIP-684, EIP-7610.
  case addressCollision
  case precompileFailed
  /// The caller lacks the wei, or calls are 1024 deep. A trace alone sees this: the caller goes on, and
  /// has its gas back.
  case callRefused
}
