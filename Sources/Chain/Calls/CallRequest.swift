public import EVM
public import Primitives

/// A transaction that nobody signed: to find out what it would do.
public struct CallRequest: Sendable {
  public var from = Address.zero
  /// Nil for a creation.
  public var to: Address?
  /// Nil for as much as a call may have.
  public var gasLimit: UInt64?
  /// Wei a gas. With all three nil the call pays nothing and the base fee is zero.
  public var gasPrice: U256?
  public var maxFeePerGas: U256?
  public var maxPriorityFeePerGas: U256?
  public var value = U256.zero
  public var data: [UInt8] = []
  /// Nil for the account's own.
  public var nonce: UInt64?
  public var accessList: [Transaction.AccessListEntry]?
  public var authorizations: [Authorization] = []
  public var blobHashes: [Digest] = []
  public var maxFeePerBlobGas: U256?

  public init() {}

  var paysNothing: Bool {
    (gasPrice ?? .zero).isZero && (maxFeePerGas ?? .zero).isZero
      && (maxPriorityFeePerGas ?? .zero).isZero
  }

  /// The transaction, with the least type that has its fields.
  func transaction(gasLimit: UInt64, nonce: UInt64, chainID: UInt64) -> Transaction {
    var kind = Transaction.Kind.legacy
    if accessList != nil { kind = .accessList }
    if gasPrice == nil && (maxFeePerGas != nil || maxPriorityFeePerGas != nil) {
      kind = .dynamicFee
    }
    if !blobHashes.isEmpty { kind = .blob }
    if !authorizations.isEmpty { kind = .setCode }
    let fee = gasPrice ?? maxFeePerGas ?? maxPriorityFeePerGas ?? .zero
    return Transaction(
      kind: kind, chainID: kind == .legacy ? nil : chainID, nonce: nonce,
      maxPriorityFeePerGas: gasPrice ?? maxPriorityFeePerGas ?? .zero, maxFeePerGas: fee,
      gasLimit: gasLimit, to: to, value: value, data: data, accessList: accessList ?? [],
      maxFeePerBlobGas: maxFeePerBlobGas ?? .zero, blobHashes: blobHashes,
      authorizations: authorizations)
  }
}

/// What an account is to have for one call instead of what the state says.
public struct AccountOverride: Sendable {
  public var nonce: UInt64?
  public var balance: U256?
  public var code: [UInt8]?
  /// All of the storage.
  public var state: [U256: U256]?
  /// Slots, the others as they are. Not together with `state`.
  public var stateDiff: [U256: U256]?
  /// Where a contract of the rules goes from here, whose own code then counts.
  public var movesPrecompileTo: Address?

  public init() {}

  var changesState: Bool {
    nonce != nil || balance != nil || code != nil || state != nil || stateDiff != nil
  }
}

public typealias StateOverrides = [Address: AccountOverride]

/// What the block is to be for one call instead of what it is.
public struct BlockOverrides: Sendable {
  public var number: UInt64?
  /// Seconds since 1970.
  public var timestamp: UInt64?
  public var gasLimit: UInt64?
  public var beneficiary: Address?
  public var randomness: Digest?
  public var baseFee: U256?
  public var blobBaseFee: U256?
  public var withdrawals: [Withdrawal]?
  public var beaconRoot: Digest?

  public init() {}
}

/// What a call would do.
public struct CallResult: Sendable {
  public let status: Outcome.Status
  public let gasUsed: UInt64
  /// Before refunds.
  public let gasUsedMax: UInt64
  public let output: [UInt8]
  public let logs: [Log]

  init(_ outcome: Outcome) {
    status = outcome.status
    gasUsed = outcome.gasUsed
    gasUsedMax = outcome.gasUsedMax
    output = outcome.output
    logs = outcome.logs
  }
}
