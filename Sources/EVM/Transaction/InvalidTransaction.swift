public import Primitives

/// Why a transaction cannot be part of a block. It changed nothing.
public enum InvalidTransaction: Error, Hashable, Sendable {
  case typeNotSupported(Transaction.Kind)
  case wrongChain(UInt64)
  /// The block has less gas left.
  case gasLimitExceedsBlock(available: UInt64)
  /// EIP-7825.
  case gasLimitExceedsMaximum
  case intrinsicGasTooLow(needed: UInt64)
  /// EIP-7623.
  case gasBelowFloor(needed: UInt64)
  case feeBelowBaseFee(baseFee: U256)
  case priorityFeeAboveFee
  /// Gas limit times fee needs more than 256 bits.
  case feeOverflow
  case insufficientFunds(balance: U256)
  case nonceTooLow(expected: UInt64)
  case nonceTooHigh(expected: UInt64)
  /// EIP-2681.
  case nonceAtMaximum
  /// The sender is a contract (EIP-3607).
  case senderHasCode
  /// EIP-3860.
  case initcodeTooLarge
  case blobCreation
  case noBlobs
  /// More than one transaction may have (EIP-7594).
  case tooManyBlobs
  /// More than the block has room for.
  case blobGasExceedsBlock
  case blobHashVersion(UInt8)
  case blobFeeBelowBaseFee(baseFee: U256)
  case setCodeCreation
  case noAuthorizations
  /// The signature belongs to no key.
  case unrecoverableSender
}
