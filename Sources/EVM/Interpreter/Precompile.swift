internal import Precompiles
internal import Primitives

/// The contracts that are part of the rules: a quick answer to where they are, and the one place where
/// the interpreter calls them.
enum PrecompiledContracts {
  /// No contract of Ethereum is above (P256VERIFY, EIP-7951).
  private static let last: UInt64 = 0x100

  /// The number of the contract at an address, if there is one in this fork.
  ///
  /// The list is `Precompiles`' own; few calls go to an address so low that they look at it.
  @inline(__always)
  static func number(_ address: Address, _ fork: Fork, hasDisputeContracts: Bool) -> UInt16? {
    guard address.middle == 0, address.high == 0, address.low > 0 else { return nil }
    if address.low <= last {
      let number = UInt16(truncatingIfNeeded: address.low)
      return Precompiles.exists(at: number, fork: fork) ? number : nil
    }
    return hasDisputeContracts ? DisputeContracts.number(at: address.low) : nil
  }

  static func run(
    _ number: UInt16, _ input: ByteRange, _ gas: Int64, _ fork: Fork
  ) -> PrecompileOutcome {
    let bytes = unsafe UnsafeRawBufferPointer(start: input.pointer, count: input.count).bytes
    return Precompiles.run(address: number, input: bytes, gas: gas, fork: fork)
      ?? DisputeContracts.run(number: number, input: bytes, gas: gas)
  }
}
