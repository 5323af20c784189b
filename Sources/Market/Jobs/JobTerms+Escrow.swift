public import Primitives

extension JobTerms {
  public static let stepsMax: UInt64 = 1 << 32
  public static let unitCountMax: UInt64 = 1 << 20

  /// What the escrow must be told so that the job pays, deters and stays within its limit. It follows
  /// from the terms and the rules alone, so that submitter and market come to the same.
  public func escrowTerms(
    _ job: Digest, _ rules: MarketParameters
  ) throws(MarketRefusal) -> EscrowTerms {
    guard (1...Self.stepsMax).contains(steps) else { throw .field("steps", "is out of range") }
    guard (1...steps).contains(checkpointSteps) else {
      throw .field("checkpoint_steps", "is out of range")
    }
    guard (1...Self.unitCountMax).contains(unitCount) else {
      throw .field("unit_count", "is out of range")
    }
    guard deadline.milliseconds > 0 else { throw .field("deadline", "is missing") }
    let price = try pricePerStep(rules)
    guard let reward = price.multiplied(by: steps),
      let segment = price.multiplied(by: checkpointSteps),
      let verifierFee = segment.scaled(ppm: rules.verifierFeeRatioPPM),
      let verifierBond = reward.scaled(ppm: rules.verifierBondRatioPPM),
      var bond = reward.scaled(ppm: rules.bondRatioPPM)
    else { throw .field("price_limit_ai_wei", "is too large") }
    let rate = try checkRate(rules)
    if !verification.valueAtRisk.isZero {
      guard
        let needed = Deterrence.bond(
          against: verification.valueAtRisk, segmentCount: steps, checkBasisPoints: rate)
      else { throw .field("verification.value_at_risk_ai_wei", "is too large") }
      bond = max(bond, needed)
    }
    let deterrence = Deterrence(
      checkBasisPoints: rate, honestCost: reward, reward: reward, bond: bond)
    guard deterrence.deters else { throw .doesNotDeter(deterrence) }
    let terms = EscrowTerms(
      spec: job, matcher: rules.matcher, pricePerStep: price, steps: steps,
      checkpointSteps: checkpointSteps,
      verifierFee: verification.mode == .openChallenge ? .zero : verifierFee,
      providerBond: bond, verifierBond: verifierBond, startTimeout: rules.startSeconds,
      leaseTimeout: rules.leaseSeconds, challengeWindow: try challengeWindow(rules),
      deadline: UInt64(deadline.milliseconds / 1000), checkRate: rate, honestCost: reward)
    guard let deposit = terms.deposit else { throw .field("price_limit_ai_wei", "is too large") }
    guard deposit <= priceLimit else { throw .priceLimit(deposit: deposit) }
    return terms
  }

  /// The unit price, spread over the steps; without one, what the price limit leaves beside checks.
  private func pricePerStep(_ rules: MarketParameters) throws(MarketRefusal) -> U256 {
    let reward: U256
    if let unitPriceLimit {
      guard let product = unitPriceLimit.multiplied(by: unitCount) else {
        throw .field("unit_price_limit_ai_wei", "is too large")
      }
      reward = product
    } else {
      guard let scaled = priceLimit.multiplied(by: 1_000_000) else {
        throw .field("price_limit_ai_wei", "is too large")
      }
      let share =
        verification.mode == .openChallenge
        ? 1_000_000 : 1_000_000 + rules.verifierFeeRatioPPM
      reward = scaled / U256(share)
    }
    let price = reward / U256(steps)
    guard !price.isZero else {
      throw .field("price_limit_ai_wei", "is less than one unit for each step")
    }
    return price
  }

  private func checkRate(_ rules: MarketParameters) throws(MarketRefusal) -> UInt64 {
    guard verification.checkBasisPoints <= Deterrence.basisPoints else {
      throw .field("verification.sample_rate_ppm", "is more than certain")
    }
    switch verification.mode {
    case .replicated: return Deterrence.basisPoints
    case .sampled, .openChallenge:
      return verification.checkBasisPoints == 0
        ? rules.checkBasisPoints : verification.checkBasisPoints
    }
  }

  /// Seconds.
  private func challengeWindow(_ rules: MarketParameters) throws(MarketRefusal) -> UInt64 {
    let asked = verification.challengeSeconds
    guard asked != 0 else { return rules.challengeSeconds }
    guard (max(rules.challengeSeconds / 4, 1)...30 * 86_400).contains(asked) else {
      throw .field("verification.challenge_window", "is out of range")
    }
    return asked
  }
}
