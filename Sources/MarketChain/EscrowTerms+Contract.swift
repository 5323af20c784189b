public import ContractBindings
public import Market
internal import Primitives

extension EscrowTerms {
  /// Numbers that no market ever asks for become the largest that the market knows, and so differ from
  /// what it asked for.
  public init(_ terms: JobEscrow.Terms) {
    self.init(
      spec: terms.spec, matcher: terms.matcher, pricePerStep: terms.pricePerStep,
      steps: terms.steps.clamped, checkpointSteps: terms.checkpointSteps.clamped,
      verifierFee: terms.verifierFee, providerBond: terms.providerBond,
      verifierBond: terms.verifierBond, startTimeout: terms.startTimeout.clamped,
      leaseTimeout: terms.leaseTimeout.clamped, challengeWindow: terms.challengeWindow.clamped,
      deadline: terms.deadline.clamped, checkRate: terms.checkRate.clamped,
      honestCost: terms.honestCost)
  }

  public var contractTerms: JobEscrow.Terms {
    JobEscrow.Terms(
      spec: spec, matcher: matcher, pricePerStep: pricePerStep, steps: U256(steps),
      checkpointSteps: U256(checkpointSteps), verifierFee: verifierFee,
      providerBond: providerBond, verifierBond: verifierBond,
      startTimeout: U256(startTimeout), leaseTimeout: U256(leaseTimeout),
      challengeWindow: U256(challengeWindow), deadline: U256(deadline),
      checkRate: U256(checkRate), honestCost: honestCost)
  }
}
