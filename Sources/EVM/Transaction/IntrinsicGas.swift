public import Primitives

extension Transaction {
  /// EIP-7825.
  public static let gasLimitMax: UInt64 = 1 << 24

  /// What a transaction costs before it runs.
  public struct IntrinsicGas: Hashable, Sendable {
    public let gas: UInt64
    /// The least that it pays in the end (EIP-7623); zero before Prague.
    public let floor: UInt64
  }

  private static let base: UInt64 = 21_000
  private static let creation: UInt64 = 32_000
  private static let initcodeWord: UInt64 = 2
  private static let accessListAddress: UInt64 = 2400
  private static let accessListSlot: UInt64 = 1900
  static let authorization: UInt64 = 25_000
  private static let floorToken: UInt64 = 10

  /// Sizes come from memory that is there: no sum of them overflows.
  public func intrinsicGas(_ fork: Fork) -> IntrinsicGas {
    let zeros = UInt64(data.count { $0 == 0 })
    let others = UInt64(data.count) - zeros
    var gas = Self.base + 4 * zeros + (fork >= .istanbul ? 16 : 68) * others
    if to == nil {
      if fork >= .homestead { gas += Self.creation }
      if fork >= .shanghai { gas += Self.initcodeWord * ((UInt64(data.count) + 31) / 32) }
    }
    for entry in accessList {
      gas += Self.accessListAddress + Self.accessListSlot * UInt64(entry.slots.count)
    }
    gas += Self.authorization * UInt64(authorizations.count)
    let floor = fork >= .prague ? Self.base + Self.floorToken * (zeros + 4 * others) : 0
    return IntrinsicGas(gas: gas, floor: floor)
  }

  /// Checks everything that neither the state nor the block's fees decide; EIP-7825's limit and the
  /// nonce's only where `limitsGas` and `limitsNonce` say so.
  public func validate(
    fork: Fork, chainID chain: UInt64, limitsGas: Bool = true,
    limitsNonce: Bool = true
  ) throws(InvalidTransaction) {
    guard fork >= kind.since else { throw .typeNotSupported(kind) }
    if let chainID, chainID != chain { throw .wrongChain(chainID) }
    guard nonce < .max || !limitsNonce else { throw .nonceAtMaximum }
    if limitsGas, fork >= .osaka, gasLimit > Self.gasLimitMax { throw .gasLimitExceedsMaximum }
    if fork >= .shanghai, to == nil, data.count > Schedule.initcodeSizeMax {
      throw .initcodeTooLarge
    }
    let needed = intrinsicGas(fork)
    guard gasLimit >= needed.gas else { throw .intrinsicGasTooLow(needed: needed.gas) }
    guard gasLimit >= needed.floor else { throw .gasBelowFloor(needed: needed.floor) }
    guard maxPriorityFeePerGas <= maxFeePerGas else { throw .priorityFeeAboveFee }
    guard maxFeePerGas.multiplied(by: gasLimit) != nil else { throw .feeOverflow }
    if kind == .blob { try validateBlobs(fork) }
    if kind == .setCode {
      guard to != nil else { throw .setCodeCreation }
      guard !authorizations.isEmpty else { throw .noAuthorizations }
    }
  }

  private func validateBlobs(_ fork: Fork) throws(InvalidTransaction) {
    guard to != nil else { throw .blobCreation }
    guard !blobHashes.isEmpty else { throw .noBlobs }
    for hash in blobHashes where hash.bytes[0] != 1 {
      throw .blobHashVersion(hash.bytes[0])
    }
    if fork >= .osaka && blobHashes.count > BlobParameters.transactionMax { throw .tooManyBlobs }
  }
}
