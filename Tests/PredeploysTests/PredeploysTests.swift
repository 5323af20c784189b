import ABI
import ContractBindings
import EVM
import Foundation
import Predeploys
import Primitives
import Testing

@Suite
struct PredeploysTests {
  static let people = (1...8).map { Address(number: 0xA000 + UInt64($0)) }

  static func plan() -> GenesisPlan {
    var plan = GenesisPlan(
      chainID: 31_337, timestamp: 1_700_000_000,
      holders: GenesisPlan.Holders(
        treasury: people[0], investors: people[1], team: people[2], sale: people[3],
        rewards: people[4]),
      vault: people[5])
    plan.grants = [GenesisPlan.Grant(from: people[3], to: people[6], amount: 5_000)]
    return plan
  }

  @Test
  func `a plan gives the same bytes each time`() throws {
    let first = try Predeploys.accounts(Self.plan())
    let second = try Predeploys.accounts(Self.plan())

    #expect(first == second)
    // Pinned: whoever changes a contract or its constructor changes the network's genesis.
    var hasher = BLAKE3()
    for account in first {
      hasher.update(account.address.bytes + account.code)
      for slot in account.storage.keys.sorted() {
        hasher.update(slot.bytes + (account.storage[slot] ?? .zero).bytes)
      }
    }
    #expect(hasher.finalize().description == Self.pinned)
  }

  static let pinned = "ea51538eb7a4594ccfe7e727ade5318d36eb1b0a90e84c4f96467c761da1e727"

  @Test
  func `contracts are where their addresses say, within the limit of code`() throws {
    let accounts = try Predeploys.accounts(Self.plan())

    #expect(
      accounts.map(\.address) == [
        AIToken.address, Bonds.address, JobEscrow.address, Referee.address, Disputes.address,
      ])
    #expect(accounts.allSatisfy { $0.nonce == 1 && (1...24_576).contains($0.code.count) })
    #expect(AIToken.address.description == "0x4149000000000000000000000000000000000001")
  }

  @Test
  func `ten billion tokens are allocated as the mission says`() throws {
    let chain = try TestChain(Self.plan())

    let supply = try chain.read(AIToken.totalSupply())
    let balances = try Self.people.map { try chain.read(AIToken.balanceOf($0)) }

    let unit = U256(GenesisPlan.unit)
    #expect(supply == unit &* 10_000_000_000)
    #expect(balances[0] == unit &* 4_040_000_000)
    #expect(balances[1] == unit &* 2_960_000_000)
    #expect(balances[2] == unit &* 2_500_000_000)
    #expect(balances[3] == unit &* 300_000_000 &- 5_000)
    #expect(balances[4] == unit &* 200_000_000)
    #expect(balances[6] == 5_000)
  }

  @Test
  func `contracts know each other`() throws {
    let chain = try TestChain(Self.plan())

    #expect(try chain.read(JobEscrow.TOKEN()) == AIToken.address)
    #expect(try chain.read(JobEscrow.BONDS()) == Bonds.address)
    #expect(try chain.read(JobEscrow.DISPUTES()) == Disputes.address)
    #expect(try chain.read(JobEscrow.VAULT()) == Self.people[5])
    #expect(try chain.read(Bonds.ESCROW()) == JobEscrow.address)
    #expect(try chain.read(Bonds.UNBONDING_DELAY()) == 604_800)
    #expect(try chain.read(Disputes.REFEREE()) == Referee.address)
    #expect(try chain.read(AIToken.name()) == "AI")
    #expect(try chain.read(AIToken.decimals()) == 18)
  }

  @Test
  func `the referee computes where the rules have its precompiles, and refuses elsewhere`() throws {
    let sums = try [1.0, 2.5, -0.25].map { value in
      let bits = Float(value).bitPattern
      return try #require(
        FixedBytes<4>((0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }))
    }
    let chain = try TestChain(Self.plan())
    let ethereum = try TestChain(Self.plan(), hasDisputeContracts: false)

    let total = try chain.read(Referee.fold(sums: sums))

    #expect(total.array == [0, 0, 0x50, 0x40])
    #expect(throws: TestChain.Failed.self) { try ethereum.read(Referee.fold(sums: sums)) }
  }

  @Test
  func `a development chain grants from the rewards`() throws {
    let plan = GenesisPlan.development(
      chainID: 31_337, timestamp: 1, accounts: Array(Self.people.prefix(2)))
    let chain = try TestChain(plan)

    let granted = try chain.read(AIToken.balanceOf(Self.people[1]))
    let left = try chain.read(AIToken.balanceOf(plan.holders.rewards))

    #expect(granted == U256(GenesisPlan.unit) &* 1_000_000)
    #expect(left == U256(GenesisPlan.unit) &* 198_000_000)
  }

  @Test
  func `a grant beyond the giver's tokens is refused`() {
    var plan = Self.plan()
    let grant = GenesisPlan.Grant(from: Self.people[6], to: Self.people[7], amount: 5_001)
    plan.grants.append(grant)

    #expect(throws: Predeploys.Failure.grant(grant)) { try Predeploys.accounts(plan) }
  }

  @Test
  func `an escrow without a vault is refused with its reason`() {
    var plan = Self.plan()
    plan.vault = .zero

    #expect(
      throws: Predeploys.Failure.refused(
        contract: JobEscrow.address, reason: "JobEscrow: empty vault")
    ) { try Predeploys.accounts(plan) }
  }

  /// The same file pins the selectors for the tests in Python.
  @Test
  func `calls have the pinned selectors`() throws {
    let calls: [(String, String, [UInt8])] = [
      ("AIToken", "transfer(address,uint256)", AIToken.transfer(to: .zero, value: 1).data),
      ("Bonds", "deposit(uint8,uint256)", Bonds.deposit(role: 1, amount: 1).data),
      (
        "JobEscrow", "commit(uint256,uint256,bytes32)",
        JobEscrow.commit(job: 1, steps: 1, root: Keccak256.hash([])).data
      ),
      ("Disputes", "open(uint256,uint256)", Disputes.open(job: 0, checkpoint: 0).data),
      ("Referee", "fold(bytes4[])", Referee.fold(sums: []).data),
    ]
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Contracts/selectors.json")
    let pinned = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: [String: String]])

    for (contract, signature, data) in calls {
      #expect(pinned[contract]?[signature] == Hex.encode(Array(data.prefix(4)), prefix: true))
    }
  }
}
