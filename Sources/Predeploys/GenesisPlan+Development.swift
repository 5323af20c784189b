public import Primitives

extension GenesisPlan {
  /// What each account of a development chain begins with: a million $AI, from the 2 % for the
  /// rewards of the test network.
  public static let developmentGrant = U256(1_000_000).multiplied(by: unit) ?? .max

  /// The genesis of a development chain: nobody has a key to the five allocations and the vault,
  /// whose addresses are hashes of what they are for; the accounts get tokens from the rewards.
  ///
  /// - Parameter accounts: At most 200, for that is what the rewards suffice for.
  public static func development(
    chainID: UInt64, timestamp: UInt64, accounts: [Address]
  ) -> GenesisPlan {
    func keyless(_ purpose: String) -> Address {
      Address(truncating: Keccak256.hash(Array("gensyn development \(purpose)".utf8)).word)
    }
    let rewards = keyless("rewards")
    var plan = GenesisPlan(
      chainID: chainID, timestamp: timestamp,
      holders: Holders(
        treasury: keyless("treasury"), investors: keyless("investors"), team: keyless("team"),
        sale: keyless("sale"), rewards: rewards),
      vault: keyless("vault"))
    plan.grants = accounts.map { Grant(from: rewards, to: $0, amount: developmentGrant) }
    // Minutes where the network has days: nobody waits for a development chain.
    plan.unbondingDelay = 60
    plan.moveTime = 60
    return plan
  }
}
