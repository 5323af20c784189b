public import Primitives

/// What a precompiled contract did with its call.
public enum PrecompileOutcome: Hashable, Sendable {
  /// It returned `output` for `gasUsed`, which is never more than the gas of the call.
  case success(gasUsed: Int64, output: [UInt8])
  /// It refused its input, or the gas did not suffice. All gas of the call is consumed.
  case failure
}

/// The precompiled contracts of Ethereum, at every fork's rules and prices.
///
/// Inputs are public, so the arithmetic beneath takes branches and time that depend on them.
public enum Precompiles {
  /// The addresses that hold a precompiled contract at `fork`, ascending.
  ///
  /// These are warm at the start of every transaction (EIP-2929).
  public static func addresses(at fork: Fork) -> [UInt16] {
    Contract.table.filter { $0.since <= fork }.map(\.address)
  }

  public static func exists(at address: UInt16, fork: Fork) -> Bool {
    contract(at: address, fork: fork) != nil
  }

  /// Calls the contract at `address`; nil where `fork` has none.
  public static func run(
    address: UInt16, input: Span<UInt8>, gas: Int64, fork: Fork
  ) -> PrecompileOutcome? {
    guard let contract = contract(at: address, fork: fork) else { return nil }
    guard let cost = contract.gas(input, fork), cost <= gas, let output = contract.run(input, fork)
    else { return .failure }
    return .success(gasUsed: cost, output: output)
  }

  /// The same for bytes without a type.
  public static func run(
    address: UInt16, input: RawSpan, gas: Int64, fork: Fork
  ) -> PrecompileOutcome? {
    unsafe input.withUnsafeBytes { bytes in
      let elements = unsafe bytes.assumingMemoryBound(to: UInt8.self)
      return unsafe run(address: address, input: elements.span, gas: gas, fork: fork)
    }
  }

  private static func contract(at address: UInt16, fork: Fork) -> Contract? {
    guard let index = Contract.index(of: address) else { return nil }
    let contract = Contract.table[index]
    return contract.since <= fork ? contract : nil
  }
}
