internal import EVM
internal import Primitives

/// Why a transaction of a test did not run, with the names that the tests have for it.
enum Refusal: Error {
  case malformed(Transaction.Malformed)
  case invalid(InvalidTransaction)
  case state(StateFailure)
  /// Another address than the test's came out of the signature.
  case wrongSender(Address)

  var testNames: Set<String> {
    switch self {
    case .malformed(let reason): Self.names(reason)
    case .invalid(let reason): Self.names(reason)
    case .state, .wrongSender: []
    }
  }

  private static func names(_ reason: Transaction.Malformed) -> Set<String> {
    switch reason {
    case .typeNotSupported(4): ["TYPE_4_TX_PRE_FORK", "TYPE_NOT_SUPPORTED"]
    case .typeNotSupported(3): ["TYPE_3_TX_PRE_FORK", "TYPE_NOT_SUPPORTED"]
    case .typeNotSupported: ["TYPE_NOT_SUPPORTED"]
    case .nonceTooLarge: ["NONCE_IS_MAX", "NONCE_TOO_BIG"]
    case .signatureRange, .signatureValue: ["INVALID_SIGNATURE_VRS"]
    case .empty, .encoding, .carriesBlobs: []
    }
  }

  private static func names(_ reason: InvalidTransaction) -> Set<String> {
    switch reason {
    case .typeNotSupported: ["TYPE_NOT_SUPPORTED"]
    case .wrongChain: ["INVALID_CHAINID"]
    case .gasLimitExceedsBlock: ["GAS_ALLOWANCE_EXCEEDED"]
    case .gasLimitExceedsMaximum: ["GAS_LIMIT_EXCEEDS_MAXIMUM"]
    case .intrinsicGasTooLow: ["INTRINSIC_GAS_TOO_LOW"]
    case .gasBelowFloor: ["INTRINSIC_GAS_BELOW_FLOOR_GAS_COST"]
    case .feeBelowBaseFee: ["INSUFFICIENT_MAX_FEE_PER_GAS"]
    case .priorityFeeAboveFee: ["PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS"]
    case .feeOverflow: ["GASLIMIT_PRICE_PRODUCT_OVERFLOW"]
    case .insufficientFunds: ["INSUFFICIENT_ACCOUNT_FUNDS"]
    case .nonceTooLow: ["NONCE_MISMATCH_TOO_LOW"]
    case .nonceTooHigh: ["NONCE_MISMATCH_TOO_HIGH"]
    case .nonceAtMaximum: ["NONCE_IS_MAX"]
    case .senderHasCode: ["SENDER_NOT_EOA"]
    case .initcodeTooLarge: ["INITCODE_SIZE_EXCEEDED"]
    case .blobCreation: ["TYPE_3_TX_CONTRACT_CREATION"]
    case .noBlobs: ["TYPE_3_TX_ZERO_BLOBS"]
    case .tooManyBlobs: ["TYPE_3_TX_BLOB_COUNT_EXCEEDED"]
    case .blobGasExceedsBlock: ["TYPE_3_TX_MAX_BLOB_GAS_ALLOWANCE_EXCEEDED"]
    case .blobHashVersion: ["TYPE_3_TX_INVALID_BLOB_VERSIONED_HASH"]
    case .blobFeeBelowBaseFee: ["INSUFFICIENT_MAX_FEE_PER_BLOB_GAS"]
    case .setCodeCreation: ["TYPE_4_TX_CONTRACT_CREATION"]
    case .noAuthorizations: ["TYPE_4_EMPTY_AUTHORIZATION_LIST"]
    case .unrecoverableSender: ["EC_RECOVERY_FAIL", "INVALID_SIGNATURE_VRS"]
    }
  }
}
