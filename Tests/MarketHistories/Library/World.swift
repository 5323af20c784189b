internal import ContractBindings
internal import Market
internal import Predeploys
internal import Primitives

/// The people of the histories, with tokens and bonds.
enum People {
  static let clients = (0..<2).map { Address(number: 0xC100 + $0) }
  static let providers = (0..<3).map { Address(number: 0xB100 + $0) }
  static let verifiers = (0..<2).map { Address(number: 0xF100 + $0) }
  static let matcher = Address(number: 0xA100)
  static let others = (0..<6).map { Address(number: 0xD100 + $0) }
  static let vault = Address(number: 0xE100)

  static let all = clients + providers + verifiers + [matcher, vault] + others

  static let start: UInt64 = 1_800_000_000
  static let grant: U256 = 1_000_000_000
}

/// A market on a chain, before anything happened.
package struct World {
  package let chain: EscrowChain

  package init() throws {
    var plan = GenesisPlan(
      chainID: 31_337, timestamp: People.start,
      holders: GenesisPlan.Holders(
        treasury: People.others[0], investors: People.others[1], team: People.others[2],
        sale: People.others[3], rewards: People.others[4]),
      vault: People.vault)
    plan.challengeBond = 10_000
    plan.moveTime = 40
    let people = People.clients + People.providers + People.verifiers
    plan.grants = people.map {
      GenesisPlan.Grant(from: People.others[4], to: $0, amount: People.grant)
    }
    chain = try EscrowChain(plan)
    for person in people {
      for spender in [Bonds.address, JobEscrow.address] {
        try chain.send(AIToken.approve(spender: spender, value: .max), from: person)
      }
    }
    for provider in People.providers {
      try chain.send(Bonds.deposit(role: 1, amount: 50_000_000), from: provider)
    }
    for verifier in People.verifiers {
      try chain.send(Bonds.deposit(role: 2, amount: 50_000_000), from: verifier)
    }
  }

  static var rules: MarketParameters {
    var rules = MarketParameters(matcher: People.matcher)
    rules.checkBasisPoints = 5_000
    rules.bondRatioPPM = 3_000_000
    rules.leaseSeconds = 20
    rules.startSeconds = 15
    rules.challengeSeconds = 30
    rules.seedMilliseconds = 2_000
    return rules
  }
}
