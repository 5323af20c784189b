internal import Market
internal import RPC

// The one place where the market's reasons become codes that a caller can act on.

extension RPCError {
  static let marketDomain = "market.gensyn"

  /// A request with one wrong field.
  init(badMarketField field: String, _ reason: String) {
    self.init(
      .invalidArgument, "\(field) \(reason)",
      details: [
        .reason("INVALID_FIELD", domain: Self.marketDomain, metadata: ["field": field]),
        .badField(field, reason),
      ])
  }

  init(_ failure: ComputeMarket.Failure) {
    switch failure {
    case .refused(let refusal): self.init(refusal)
    case .log(let cause):
      self.init(
        .internal, "the market's log cannot be written; the operator's log says how",
        cause: cause)
    }
  }

  private init(_ code: Status.Code, _ message: String, reason: String) {
    self.init(code, message, details: [.reason(reason, domain: Self.marketDomain)])
  }

  init(_ refusal: MarketRefusal) {
    switch refusal {
    case .unknownOffer: self.init(.notFound, "there is no such offer", reason: "NO_OFFER")
    case .unknownJob: self.init(.notFound, "there is no such job", reason: "NO_JOB")
    case .unknownLease: self.init(.notFound, "there is no such lease", reason: "NO_LEASE")
    case .unknownCheck: self.init(.notFound, "there is no such check", reason: "NO_CHECK")
    case .notOwner:
      self.init(.permissionDenied, "it belongs to somebody else", reason: "NOT_OWNER")
    case .field(let field, let reason): self.init(badMarketField: field, reason)
    case .tooManyOffers(let max):
      self.init(
        .resourceExhausted, "a provider has at most \(max) open offers",
        reason: "TOO_MANY_OFFERS")
    case .tooManyJobs(let max):
      self.init(
        .resourceExhausted, "there are at most \(max) jobs at once", reason: "TOO_MANY_JOBS")
    case .wrongState(let why): self.init(.failedPrecondition, why, reason: "WRONG_STATE")
    case .doesNotDeter(let deterrence):
      self.init(
        .failedPrecondition,
        "lying would pay: the chance of a check is \(deterrence.checkBasisPoints) basis points, "
          + "and \(deterrence.requiredBasisPoints.map { "\($0)" } ?? "more than all") would deter",
        details: [
          .reason(
            "DOES_NOT_DETER", domain: Self.marketDomain,
            metadata: [
              "check_basis_points": "\(deterrence.checkBasisPoints)",
              "honest_cost_ai_wei": "\(deterrence.honestCost)",
              "reward_ai_wei": "\(deterrence.reward)", "bond_ai_wei": "\(deterrence.bond)",
            ])
        ])
    case .priceLimit(let deposit):
      self.init(
        .failedPrecondition, "work and checks cost \(deposit), more than the price limit",
        details: [
          .reason(
            "PRICE_LIMIT", domain: Self.marketDomain, metadata: ["deposit_ai_wei": "\(deposit)"])
        ])
    case .notCommitted:
      self.init(
        .invalidArgument, "the result is not the one that was committed to",
        reason: "NOT_COMMITTED")
    }
  }
}
