internal import Chain
internal import EVM
internal import JSONTree
internal import Primitives
internal import Tracers

/// The one place where the chain's reasons become codes and words; the words are geth's, which wallets
/// look for.
extension RPCFailure {
  init(_ failure: NodeFailure, _ call: CallRequest? = nil) {
    switch failure {
    case .unknownBlock: self = .server("header not found")
    case .unknownTransaction: self = .server("transaction not found")
    case .pruned(_, let oldest):
      self = .server("missing trie node: state and receipts before block \(oldest) are pruned")
    case .limit(let limit, let most): self = .limit("query exceeds \(most) (\(limit.rawValue))")
    case .invalid(let reason): self = .server("err: \(reason.message(nil, from: call?.from))")
    case .rejectedCall(let reason, let transaction, let sender):
      self = .server(
        "err: \(reason.message(transaction, from: sender))"
          + " (supplied gas \(transaction.gasLimit))")
    case .invalidBlock(let reason): self = .server("invalid block: \(reason)")
    case .badOverride(let reason): self = .server(reason)
    case .failed(let status, let output): self.init(status, output)
    case .store(let failure): self.init(Self.internalError, failure.description)
    case .closed: self = .server("the node is closing")
    }
  }

  /// How an execution failed.
  init(_ status: Outcome.Status, _ output: [UInt8]) {
    guard status == .reverted else {
      self = .server(status.failureMessage ?? "execution failed")
      return
    }
    let reason = RevertReason.text(of: output).map { ": \($0)" } ?? ""
    self.init(Self.reverted, "execution reverted\(reason)", data: .bytes(output))
  }

  init(_ rejection: PoolRejection, _ transaction: Transaction?) {
    switch rejection {
    case .malformed(let reason): self = .server(reason.message)
    case .invalid(.nonceTooLow(let expected)):
      self = .server(
        "nonce too low: next nonce \(expected), tx nonce \(transaction?.nonce ?? 0)")
    case .invalid(let reason): self = .server(reason.message(pooled: transaction))
    case .blobsNotAccepted: self = .server("transaction type not supported")
    case .tooLarge(let bytes, let most):
      self = .server("oversized data: transaction size \(bytes), limit \(most)")
    case .alreadyKnown: self = .server("already known")
    case .tipTooLow(let least):
      self = .server(
        "transaction underpriced: gas tip cap \(transaction?.maxPriorityFeePerGas ?? .zero),"
          + " minimum needed \(least)")
    case .replacementUnderpriced: self = .server("replacement transaction underpriced")
    case .overdraft(let balance, let pooled, let cost):
      let sum = pooled.adding(cost) ?? .max
      let lack = sum.subtracting(balance) ?? .zero
      self = .server(
        "insufficient funds for gas * price + value: balance \(balance), queued cost \(pooled),"
          + " tx cost \(cost), overshot \(lack)")
    case .gasLimitExceedsBlock(let limit):
      self = .server("exceeds block gas limit: \(limit)")
    case .full: self = .server("txpool is full")
    case .tooManyQueued(let most):
      self = .server("nonce too high: \(most) transactions of the account are queued")
    case .delegatedAccount:
      self = .server("in-flight transaction limit reached for delegated accounts")
    case .state(let failure): self.init(Self.internalError, failure.reason)
    case .closed: self = .server("the node is closing")
    }
  }
}

extension InvalidTransaction {
  /// What geth's pool says of a transaction that was sent.
  func message(pooled transaction: Transaction?) -> String {
    switch self {
    case .insufficientFunds(let balance):
      let cost = transaction?.costMax ?? .max
      return "insufficient funds for gas * price + value: balance \(balance), tx cost \(cost),"
        + " overshot \(cost.subtracting(balance) ?? .zero)"
    case .intrinsicGasTooLow(let needed):
      return "intrinsic gas too low: gas \(transaction?.gasLimit ?? 0), minimum needed \(needed)"
    case .gasBelowFloor(let needed):
      return "insufficient gas for floor data gas cost: gas \(transaction?.gasLimit ?? 0),"
        + " minimum needed \(needed)"
    default: return message(transaction, from: nil)
    }
  }

  /// What geth says when it runs a transaction.
  func message(_ transaction: Transaction?, from sender: Address?) -> String {
    let from = sender ?? .zero
    let gas = transaction?.gasLimit ?? 0
    switch self {
    case .typeNotSupported: return "transaction type not supported"
    case .wrongChain(let chain): return "invalid chain id for signer: have \(chain)"
    case .gasLimitExceedsBlock(let available):
      return "gas limit reached: \(gas) wanted, \(available) left"
    case .gasLimitExceedsMaximum:
      return "transaction gas limit too high (cap: \(Transaction.gasLimitMax), tx: \(gas))"
    case .intrinsicGasTooLow(let needed):
      return "intrinsic gas too low: have \(gas), want \(needed)"
    case .gasBelowFloor(let needed):
      return "insufficient gas for floor data gas cost: have \(gas), want \(needed)"
    case .feeBelowBaseFee(let baseFee):
      return "max fee per gas less than block base fee: address \(from),"
        + " maxFeePerGas: \(transaction?.maxFeePerGas ?? .zero), baseFee: \(baseFee)"
    case .priorityFeeAboveFee:
      return "max priority fee per gas higher than max fee per gas: address \(from),"
        + " maxPriorityFeePerGas: \(transaction?.maxPriorityFeePerGas ?? .zero),"
        + " maxFeePerGas: \(transaction?.maxFeePerGas ?? .zero)"
    case .feeOverflow: return "max fee per gas higher than 2^256-1"
    case .insufficientFunds(let balance):
      return "insufficient funds for gas * price + value: address \(from) have \(balance)"
        + " want \(transaction?.costMax ?? .max)"
    case .nonceTooLow(let expected):
      return "nonce too low: address \(from), tx: \(transaction?.nonce ?? 0) state: \(expected)"
    case .nonceTooHigh(let expected):
      return "nonce too high: address \(from), tx: \(transaction?.nonce ?? 0) state: \(expected)"
    case .nonceAtMaximum:
      return "nonce has max value: address \(from), nonce: \(transaction?.nonce ?? 0)"
    case .senderHasCode: return "sender not an eoa: address \(from)"
    case .initcodeTooLarge: return "max initcode size exceeded"
    case .blobCreation: return "blob transaction of type create"
    case .noBlobs: return "blob transaction missing blob hashes"
    case .tooManyBlobs: return "blob transaction has too many blobs"
    case .blobGasExceedsBlock: return "blob gas exceeds the block's"
    case .blobHashVersion(let version): return "blob has invalid hash version \(version)"
    case .blobFeeBelowBaseFee(let baseFee):
      return "max fee per blob gas less than block blob gas fee: address \(from),"
        + " blobGasFeeCap: \(transaction?.maxFeePerBlobGas ?? .zero), blobBaseFee: \(baseFee)"
    case .setCodeCreation: return "EIP-7702 transaction cannot be used to create contract"
    case .noAuthorizations: return "EIP-7702 transaction with empty auth list"
    case .unrecoverableSender: return "invalid sender"
    }
  }
}

extension Transaction.Malformed {
  var message: String {
    switch self {
    case .empty: "typed transaction too short"
    case .encoding(let reason): "rlp: \(reason)"
    case .typeNotSupported: "transaction type not supported"
    case .carriesBlobs: "blob sidecars are not accepted"
    case .signatureValue, .signatureRange: "invalid sender: invalid transaction v, r, s values"
    case .nonceTooLarge: "nonce has max value"
    }
  }
}
