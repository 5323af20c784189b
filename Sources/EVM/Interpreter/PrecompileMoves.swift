public import Primitives

/// What differs from the rules about where their own contracts are.
public struct PrecompileMoves: Hashable, Sendable {
  /// The numbers of contracts by their new places.
  private var added: [Address: UInt16] = [:]
  private var removed: Set<Address> = []

  public init() {}

  public var isEmpty: Bool { added.isEmpty && removed.isEmpty }

  /// The number of the contract at an address, where `usual` is what the rules say.
  func number(at address: Address, or usual: UInt16?) -> UInt16? {
    if let number = added[address] { return number }
    return removed.contains(address) ? nil : usual
  }

  /// Takes away the contract at an address, so that the account's own code runs.
  public mutating func remove(_ address: Address) {
    added[address] = nil
    removed.insert(address)
  }

  /// Puts a contract at another address as well.
  public mutating func add(_ number: UInt16, at address: Address) {
    added[address] = number
    removed.remove(address)
  }
}

extension BlockContext {
  /// The number of the contract of the rules at an address, if there is one.
  public func precompile(at address: Address) -> UInt16? {
    let usual = usualPrecompile(at: address)
    return precompileMoves.isEmpty ? usual : precompileMoves.number(at: address, or: usual)
  }

  /// The same before any moves: what counts as accessed from the start (EIP-2929).
  @inline(__always)
  func usualPrecompile(at address: Address) -> UInt16? {
    PrecompiledContracts.number(address, fork, hasDisputeContracts: hasDisputeContracts)
  }
}
