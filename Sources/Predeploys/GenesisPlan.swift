public import Primitives

/// What a genesis is told: who holds the tokens, and the times and bonds of the market.
public struct GenesisPlan: Hashable, Sendable {
  /// Where the ten billion tokens go (AIToken's constructor has the shares).
  public struct Holders: Hashable, Sendable {
    /// 40.4 %.
    public var treasury: Address
    /// 29.6 %.
    public var investors: Address
    /// 25 %.
    public var team: Address
    /// 3 %, for the community sale.
    public var sale: Address
    /// 2 %, for the rewards of the test network.
    public var rewards: Address

    public init(
      treasury: Address, investors: Address, team: Address, sale: Address, rewards: Address
    ) {
      self.treasury = treasury
      self.investors = investors
      self.team = team
      self.sale = sale
      self.rewards = rewards
    }
  }

  /// A transfer within the genesis, so that accounts begin with tokens; none comes into being.
  public struct Grant: Hashable, Sendable {
    public var from: Address
    public var to: Address
    /// In the smallest unit of $AI.
    public var amount: U256

    public init(from: Address, to: Address, amount: U256) {
      self.from = from
      self.to = to
      self.amount = amount
    }
  }

  public var chainID: UInt64
  /// Seconds since 1970: the genesis block's.
  public var timestamp: UInt64
  public var holders: Holders
  public var grants: [Grant] = []
  /// Gets the protocol's share of each payment.
  public var vault: Address
  /// Seconds between asking for a bond and getting it.
  public var unbondingDelay: UInt64 = 7 * 86_400
  /// What a challenger puts at risk, in the smallest unit of $AI: 100 $AI.
  public var challengeBond = U256(100).multiplied(by: GenesisPlan.unit) ?? .max
  /// Seconds for each move of a dispute.
  public var moveTime: UInt64 = 3_600

  /// One $AI in its smallest unit.
  public static let unit: UInt64 = 1_000_000_000_000_000_000

  public init(chainID: UInt64, timestamp: UInt64, holders: Holders, vault: Address) {
    self.chainID = chainID
    self.timestamp = timestamp
    self.holders = holders
    self.vault = vault
  }
}
