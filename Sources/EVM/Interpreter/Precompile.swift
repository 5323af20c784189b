internal import Primitives

/// What a precompiled contract answers.
enum PrecompileOutcome {
  case success(gasUsed: Int64, output: [UInt8])
  /// Takes all gas.
  case failure
}

/// The contracts that are part of the rules: where they are, and the seam to what they compute.
enum PrecompiledContracts {
  /// The addresses of a fork, apart from 0x100.
  static func addresses(_ fork: Fork) -> ClosedRange<UInt64> {
    switch fork {
    case ..<(.byzantium): 1...4
    case ..<(.istanbul): 1...8
    case ..<(.cancun): 1...9
    case .cancun: 1...10
    default: 1...17
    }
  }

  /// P256VERIFY (EIP-7951).
  static let p256: UInt64 = 0x100

  /// The number of the contract at an address, if there is one in this fork.
  @inline(__always)
  static func number(_ address: Address, _ fork: Fork) -> UInt16? {
    guard address.middle == 0, address.high == 0, address.low <= p256, address.low > 0 else {
      return nil
    }
    if addresses(fork).contains(address.low) { return UInt16(truncatingIfNeeded: address.low) }
    return address.low == p256 && fork >= .osaka ? UInt16(p256) : nil
  }

  static func run(
    _ number: UInt16, _ input: ByteRange, _ gas: Int64, _ fork: Fork
  ) -> PrecompileOutcome {
    guard number == 4 else { return .failure }
    let words = (Int64(input.count) + 31) / 32
    let cost = 15 + 3 * words
    return cost > gas ? .failure : .success(gasUsed: cost, output: input.bytes)
  }
}
