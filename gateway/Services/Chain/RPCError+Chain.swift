internal import Chain
internal import EVM
internal import Foundation
internal import RPC
internal import Tracers

// The one place where the chain's reasons become codes that a caller can act on.

extension RPCError {
  private static let chainDomain = "chain.gensyn"

  private init(
    _ code: Status.Code, _ message: String, reason: String, metadata: [String: String] = [:],
    details: [ErrorDetail] = []
  ) {
    self.init(
      code, message,
      details: [.reason(reason, domain: Self.chainDomain, metadata: metadata)] + details)
  }

  /// A request with one wrong field.
  init(chainField field: String, _ reason: String) {
    self.init(
      .invalidArgument, "\(field) \(reason)", reason: "INVALID_FIELD",
      metadata: ["field": field], details: [.badField(field, reason)])
  }

  init(_ failure: NodeFailure) {
    switch failure {
    case .unknownBlock(let reference):
      self.init(.notFound, "there is no block \(reference)", reason: "NO_BLOCK")
    case .unknownTransaction(let hash):
      self.init(.notFound, "there is no transaction 0x\(hash)", reason: "NO_TRANSACTION")
    case .pruned(let reference, let oldest):
      self.init(
        .outOfRange, "block \(reference) is no longer kept; the lowest is \(oldest)",
        reason: "PRUNED", metadata: ["earliest_height": "\(oldest)"])
    case .limit(let limit, let most):
      self.init(
        .resourceExhausted, "more than \(most) (\(limit.rawValue))", reason: "LIMIT",
        metadata: ["limit": limit.rawValue, "max": "\(most)"])
    case .invalid(let reason), .rejectedCall(let reason, _, _):
      self.init(.failedPrecondition, "\(reason)", reason: "INVALID_TRANSACTION")
    case .invalidBlock(let reason):
      self.init(.failedPrecondition, "\(reason)", reason: "INVALID_BLOCK")
    case .badOverride(let reason):
      self.init(.invalidArgument, reason, reason: "BAD_OVERRIDE")
    case .failed(let status, let output): self.init(status, output)
    case .store(let failure):
      self.init(
        .internal, "the chain's store failed; the operator's log says how", reason: "STORAGE")
      cause = failure
    case .closed: self.init(.unavailable, "the node is closing", reason: "CLOSING")
    }
  }

  /// A call that cannot succeed.
  init(_ status: Outcome.Status, _ output: [UInt8]) {
    let words = RevertReason.text(of: output)
    let failure = status.failureMessage ?? "failed"
    self.init(
      .failedPrecondition, words.map { "\(failure): \($0)" } ?? failure,
      reason: status == .reverted ? "REVERTED" : "HALTED",
      metadata: ["output": Data(output.prefix(4096)).base64EncodedString()])
  }

  init(_ rejection: PoolRejection) {
    switch rejection {
    case .malformed(let reason):
      self.init(.invalidArgument, "not a transaction: \(reason)", reason: "MALFORMED")
    case .invalid(.nonceTooLow(let expected)):
      self.init(
        .failedPrecondition, "nonce too low: the next is \(expected)", reason: "NONCE_TOO_LOW",
        metadata: ["next_nonce": "\(expected)"])
    case .invalid(.wrongChain(let chain)):
      self.init(
        .invalidArgument, "the transaction is for chain \(chain)", reason: "WRONG_CHAIN")
    case .invalid(let reason):
      self.init(.invalidArgument, "\(reason)", reason: "INVALID_TRANSACTION")
    case .blobsNotAccepted:
      self.init(.unimplemented, "blob transactions are not accepted", reason: "BLOBS")
    case .tooLarge, .gasLimitExceedsBlock:
      self.init(.invalidArgument, "\(rejection)", reason: "TOO_LARGE")
    case .alreadyKnown:
      self.init(.alreadyExists, "already known", reason: "ALREADY_KNOWN")
    case .replacementUnderpriced(let fee, let tip):
      self.init(
        .aborted, "replacement transaction underpriced", reason: "REPLACEMENT_UNDERPRICED",
        metadata: ["least_fee_wei": "\(fee)", "least_tip_wei": "\(tip)"])
    case .tipTooLow(let least):
      self.init(
        .failedPrecondition, "the tip must be at least \(least) wei", reason: "TIP_TOO_LOW")
    case .overdraft: self.init(.failedPrecondition, "\(rejection)", reason: "OVERDRAFT")
    case .full, .tooManyQueued, .delegatedAccount:
      self.init(
        .resourceExhausted, "\(rejection)", reason: "POOL_FULL",
        details: [.retry(after: .seconds(5))])
    case .state(let failure):
      self.init(.internal, "the chain's state could not be read", reason: "STORAGE")
      cause = failure
    case .closed: self.init(.unavailable, "the node is closing", reason: "CLOSING")
    }
  }
}
