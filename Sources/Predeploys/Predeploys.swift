internal import ABI
internal import ContractBindings
internal import EVM
public import Primitives

/// The protocol's contracts as a genesis has them: each at its fixed address, constructed.
///
/// The constructors run on the EVM itself, in the place of the contract's code, so that storage and
/// immutables are what a deployment would leave. The same plan gives the same bytes everywhere.
public enum Predeploys {
  /// One account of a genesis.
  public struct Account: Hashable, Sendable {
    public let address: Address
    public let nonce: UInt64
    public let code: [UInt8]
    public let storage: [U256: U256]
  }

  /// Why a plan gives no genesis.
  public enum Failure: Error, Hashable, Sendable {
    /// A constructor refused its arguments, for this reason.
    case refused(contract: Address, reason: String)
    /// A grant asks for more than its giver has.
    case grant(GenesisPlan.Grant)
  }

  /// The accounts, by ascending address.
  public static func accounts(_ plan: GenesisPlan) throws(Failure) -> [Account] {
    let construction = Construction(plan)
    let holders = plan.holders
    try construction.deploy(
      AIToken.address, CreationCode.aIToken,
      AIToken.constructorArguments(
        treasury: holders.treasury, investors: holders.investors, team: holders.team,
        sale: holders.sale, rewards: holders.rewards))
    try construction.deploy(
      Bonds.address, CreationCode.bonds,
      Bonds.constructorArguments(
        token: AIToken.address, escrow: JobEscrow.address, disputes: Disputes.address,
        unbondingDelay: U256(plan.unbondingDelay)))
    try construction.deploy(
      JobEscrow.address, CreationCode.jobEscrow,
      JobEscrow.constructorArguments(
        token: AIToken.address, bonds: Bonds.address, disputes: Disputes.address,
        vault: plan.vault))
    try construction.deploy(Referee.address, CreationCode.referee, [])
    try construction.deploy(
      Disputes.address, CreationCode.disputes,
      Disputes.constructorArguments(
        escrow: JobEscrow.address, bonds: Bonds.address, referee: Referee.address,
        challengeBond: plan.challengeBond, moveTime: U256(plan.moveTime)))
    for grant in plan.grants { try construction.grant(grant) }
    return construction.accounts
  }
}

/// The state that grows while the constructors run.
private final class Construction {
  private let plan: GenesisPlan
  private let state = InMemoryState()
  private var deployed: [Address] = []

  init(_ plan: GenesisPlan) {
    self.plan = plan
  }

  func deploy(_ address: Address, _ code: String, _ arguments: [UInt8]) throws(Predeploys.Failure) {
    state.set(
      address, nonce: 1, balance: .zero, code: CreationCode.bytes(code) + arguments)
    let outcome = run(Transaction(gasLimit: Self.gasLimit, to: address), from: .zero)
    guard let outcome, outcome.status == .success else {
      throw .refused(contract: address, reason: Self.reason(outcome?.output ?? []))
    }
    state.set(
      address, nonce: 1, balance: .zero, code: outcome.output,
      storage: state.storage[address] ?? [:])
    deployed.append(address)
  }

  func grant(_ grant: GenesisPlan.Grant) throws(Predeploys.Failure) {
    let call = AIToken.transfer(to: grant.to, value: grant.amount)
    let transfer = Transaction(gasLimit: Self.gasLimit, to: call.contract, data: call.data)
    guard let outcome = run(transfer, from: grant.from), outcome.status == .success else {
      throw .grant(grant)
    }
  }

  var accounts: [Predeploys.Account] {
    deployed.sorted().map { address in
      let account = state.account(at: address) ?? Account()
      return Predeploys.Account(
        address: address, nonce: account.nonce,
        code: (try? state.code(of: account.codeHash)) ?? [],
        storage: state.storage[address] ?? [:])
    }
  }

  private static let gasLimit: UInt64 = 16_000_000

  /// Gas costs nothing here, and what it takes of the senders' nonces is not part of the genesis.
  private func run(_ transaction: Transaction, from sender: Address) -> Outcome? {
    let world = WorldState(state)
    let executor = Executor(
      state: world,
      block: BlockContext(
        fork: .osaka, chainID: plan.chainID, number: 0, timestamp: plan.timestamp,
        coinbase: .zero, gasLimit: Self.gasLimit))
    let outcome = try? executor.execute(transaction, from: sender, check: .fundsOnly)
    state.apply(world.changes())
    return outcome
  }

  /// The text of `Error(string)`, or the bytes.
  private static func reason(_ output: [UInt8]) -> String {
    if output.count > 4, let values = try? Decoding.decode([.string], from: Array(output[4...])),
      case .string(let text) = values.first
    {
      return text
    }
    return Hex.encode(output)
  }
}
