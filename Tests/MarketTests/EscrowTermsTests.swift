import Market
import Primitives
import Testing

@Suite
struct EscrowTermsTests {
  static let rules = MarketParameters(matcher: Address(number: 9))
  static let id = Keccak256.hash([1])
  static let deadline = UnixTime(milliseconds: 1_000_000)

  @Test
  func `the price limit pays for work and checks`() throws {
    let terms = JobTerms(
      priceLimit: 2_000, steps: 10, checkpointSteps: 5, deadline: Self.deadline)

    let escrow = try terms.escrowTerms(Self.id, Self.rules)

    #expect(escrow.pricePerStep == 100)
    #expect(escrow.verifierFee == 500)
    #expect(escrow.deposit == 2_000)
    #expect(escrow.providerBond == 9_000)
    #expect(escrow.checkRate == 1_500)
  }

  @Test
  func `a rate that does not deter is refused with its figures`() {
    var terms = JobTerms(priceLimit: 2_000, deadline: Self.deadline)
    terms.verification.checkBasisPoints = 999

    let deterrence = Deterrence(
      checkBasisPoints: 999, honestCost: 1_000, reward: 1_000, bond: 9_000)
    #expect(throws: MarketRefusal.doesNotDeter(deterrence)) {
      try terms.escrowTerms(Self.id, Self.rules)
    }
    #expect(deterrence.requiredBasisPoints == 1_000)
  }

  @Test
  func `value at risk raises the bond`() throws {
    var terms = JobTerms(
      priceLimit: 2_000, steps: 10, checkpointSteps: 1, deadline: Self.deadline)
    terms.verification.valueAtRisk = 1_000

    let escrow = try terms.escrowTerms(Self.id, Self.rules)

    // S ≥ G · T / p.
    #expect(escrow.providerBond == 66_667)
  }

  @Test
  func `numbers from outside cannot overflow`() {
    for limit in [U256.max, .zero, .one] {
      for unit in [U256.max, .zero, nil] {
        var terms = JobTerms(
          priceLimit: limit, unitPriceLimit: unit, unitCount: 7, steps: JobTerms.stepsMax,
          checkpointSteps: 1, deadline: Self.deadline)
        terms.verification.valueAtRisk = .max
        #expect(throws: MarketRefusal.self) { try terms.escrowTerms(Self.id, Self.rules) }
      }
    }
  }
}
