internal import Archive
internal import Primitives
internal import RPC

// The one place where the archive's reasons become codes that a caller can act on.

extension RPCError {
  init(noReceipt hash: Digest) {
    self.init(
      .notFound, "there is no receipt \(hash)",
      details: [
        .reason("NOT_FOUND", domain: Self.reeDomain, metadata: ["hash": "\(hash)"])
      ])
  }

  init(_ failure: ReceiptStore.Failure) {
    let text = "\(failure)"
    switch failure {
    case .quotaReached(let limit):
      self.init(
        .resourceExhausted, text,
        details: [
          .reason(
            "QUOTA_EXCEEDED", domain: Self.reeDomain, metadata: ["receipt_limit": "\(limit)"])
        ])
    case .damaged(let hash):
      self.init(
        .dataLoss, text,
        details: [
          .reason("DAMAGED", domain: Self.reeDomain, metadata: ["hash": "\(hash)"])
        ], cause: failure)
    case .newerFormat, .storage:
      self.init(
        .internal, "the archive failed; the operator's log says how",
        details: [.reason("STORAGE", domain: Self.reeDomain)], cause: failure)
    }
  }
}
