public import EVM
internal import Primitives

extension Halt {
  /// What geth says of it, which tools compare with.
  public var message: String {
    switch self {
    case .outOfGas: "out of gas"
    case .stackUnderflow: "stack underflow"
    case .stackOverflow: "stack limit reached 1024 (1023)"
    case .invalidJump: "invalid jump destination"
    case .undefinedInstruction(0xFE): "invalid opcode: INVALID"
    case .undefinedInstruction(let byte):
      "invalid opcode: opcode \(Hex.encode([byte], prefix: true)) not defined"
    case .staticViolation: "write protection"
    case .returnDataOutOfBounds: "return data out of bounds"
    case .initcodeTooLarge: "max initcode size exceeded"
    case .codeTooLarge: "max code size exceeded"
    case .codeStartsWithEF: "invalid code: must not begin with 0xef"
    case .addressCollision: "contract address collision"
    case .precompileFailed: "precompiled contract failed"
    case .callRefused: "insufficient balance for transfer"
    }
  }
}

extension Outcome.Status {
  /// Nil for a success.
  public var failureMessage: String? {
    switch self {
    case .success: nil
    case .reverted: "execution reverted"
    case .halted(let halt): halt.message
    }
  }
}
