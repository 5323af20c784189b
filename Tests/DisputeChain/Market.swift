internal import ABI
internal import ContractBindings
internal import EVM
internal import Predeploys
internal import Primitives

/// A chain at its genesis with a job under way, whose provider has committed to a trace.
final class Market {
  static let people = (1...6).map { Address(number: 0xB000 + UInt64($0)) }
  static let (client, matcher, provider, verifier, challenger) = (
    people[0], people[1], people[2], people[3], people[4]
  )

  private let state = InMemoryState()
  private var time: UInt64 = 1_795_000_000
  private(set) var gasUsed: UInt64 = 0

  struct Failed: Error {
    let call: String
    let reason: String
  }

  init() throws {
    let plan = GenesisPlan.development(chainID: 31_337, timestamp: time, accounts: Self.people)
    for account in try Predeploys.accounts(plan) {
      state.set(
        account.address, nonce: account.nonce, balance: .zero, code: account.code,
        storage: account.storage)
    }
    for person in Self.people {
      for spender in [Bonds.address, JobEscrow.address] {
        try send(AIToken.approve(spender: spender, value: .max), from: person)
      }
    }
    // Half of what each has.
    let half = U256(500_000).multiplied(by: GenesisPlan.unit) ?? .max
    try send(Bonds.deposit(role: 1, amount: half), from: Self.provider)
    try send(Bonds.deposit(role: 2, amount: half), from: Self.verifier)
    try send(Bonds.deposit(role: 2, amount: half), from: Self.challenger)
  }

  /// Opens a job, lets the provider commit to a trace, and the challenger doubt it; returns the dispute.
  func dispute(stepCount: UInt64, root: Digest) throws -> U256 {
    let terms = JobEscrow.Terms(
      spec: BLAKE3.hash([1]), matcher: Self.matcher, pricePerStep: U256(1001),
      steps: U256(stepCount), checkpointSteps: U256(1), verifierFee: U256(7),
      providerBond: U256(50_003), verifierBond: U256(20_001), startTimeout: U256(60),
      leaseTimeout: U256(30), challengeWindow: U256(100_000), deadline: U256(time + 1_000_000),
      checkRate: U256(1000), honestCost: .zero)
    let job = try send(
      JobEscrow.open(terms: terms, amount: U256(stepCount * 1008)), from: Self.client)
    try send(
      JobEscrow.assign(job: job, provider: Self.provider, verifier: Self.verifier),
      from: Self.matcher)
    try send(JobEscrow.start(job: job), from: Self.provider)
    try send(JobEscrow.enlist(job: job), from: Self.verifier)
    try send(
      JobEscrow.commit(job: job, steps: U256(stepCount), root: root), from: Self.provider)
    gasUsed = 0
    return try send(
      ContractBindings.Disputes.open(job: job, checkpoint: .zero), from: Self.challenger)
  }

  /// How the dispute stands: 6 is acquitted, 7 convicted.
  func phase(of dispute: U256) throws -> UInt8 {
    let call = ContractBindings.Disputes.disputes(dispute)
    return try call.output(try run(call, .zero, WorldState(state)).output).phase
  }

  func wait(seconds: UInt64) { time += seconds }

  @discardableResult
  func send<Output>(_ call: ContractCall<Output>, from sender: Address) throws -> Output {
    let world = WorldState(state)
    let outcome = try run(call, sender, world)
    state.apply(world.changes())
    gasUsed += outcome.gasUsed
    return try call.output(outcome.output)
  }

  private func run<Output>(
    _ call: ContractCall<Output>, _ sender: Address, _ world: WorldState
  ) throws -> Outcome {
    let executor = Executor(
      state: world,
      block: BlockContext(
        fork: .osaka, chainID: 31_337, number: 1, timestamp: time, coinbase: .zero,
        gasLimit: 16_000_000, hasDisputeContracts: true))
    let transaction = Transaction(gasLimit: 16_000_000, to: call.contract, data: call.data)
    let outcome = try executor.execute(transaction, from: sender, check: .fundsOnly)
    guard outcome.status == .success else {
      let values = try? Decoding.decode([.string], from: Array(outcome.output.dropFirst(4)))
      var reason = "\(outcome.status)"
      if case .string(let text)? = values?.first { reason = text }
      throw Failed(call: String("\(call)".prefix(200)), reason: reason)
    }
    return outcome
  }
}
