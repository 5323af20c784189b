internal import EVM
internal import Precompiles
internal import Primitives

/// Where calls that nobody signed run: a state, a block and memory. Each call starts from the same state.
struct CallScene {
  let database: OverlayDatabase
  let context: BlockContext
  let machine: Machine
  let chainID: UInt64
  var tracer: (any ExecutionTracer)?

  init(
    database: OverlayDatabase, context: BlockContext, machine: Machine, chainID: UInt64
  ) {
    self.database = database
    self.context = context
    self.machine = machine
    self.chainID = chainID
  }

  func run(_ request: CallRequest, gasLimit: UInt64) throws(NodeFailure) -> Outcome {
    let state = WorldState(database, codes: machine.codes)
    let executor = Executor(state: state, block: context, arena: machine.arena)
    executor.tracer = tracer
    let nonce = request.nonce ?? state.currentAccount(request.from)?.nonce ?? 0
    let transaction = request.transaction(gasLimit: gasLimit, nonce: nonce, chainID: chainID)
    do throws(ExecutionFailure) {
      return try executor.execute(transaction, from: request.from, check: .fundsOnly)
    } catch {
      switch error {
      case .invalid(let reason): throw .rejectedCall(reason, transaction, sender: request.from)
      case .state(let failure): throw NodeFailure(failure)
      }
    }
  }

  static func isPrecompile(_ number: UInt64, _ fork: Fork) -> Bool {
    UInt16(exactly: number).map { Precompiles.exists(at: $0, fork: fork) } ?? false
  }
}

/// Finds the least gas with which a call succeeds.
struct GasEstimate {
  /// The search ends when the bounds are this near, in parts of a thousand: geth's own answer is no
  /// nearer.
  private static let tolerance: UInt64 = 15

  let scene: CallScene
  let request: CallRequest

  func least(upTo most: UInt64) throws(NodeFailure) -> UInt64 {
    // Wei that goes to no contract is what estimates are mostly asked for.
    if request.data.isEmpty, request.to != nil, most >= Self.transfer, try succeeds(Self.transfer) {
      return Self.transfer
    }
    let outcome = try scene.run(request, gasLimit: most)
    guard outcome.status == .success else {
      throw .failed(outcome.status, output: outcome.output)
    }
    // What was used after refunds was not enough while it ran.
    var low = max(outcome.gasUsed, 1) - 1
    var high = most
    // A sixty-fourth stays behind at each call: a first guess a little above is often right.
    let guess = (outcome.gasUsed &+ Self.stipend) &* 64 / 63
    if guess < high {
      if try succeeds(guess) { high = guess } else { low = guess }
    }
    while low + 1 < high {
      if (high - low) * 1000 / high < Self.tolerance { break }
      let middle = min(low + (high - low) / 2, low > 0 ? low &* 2 : high)
      if try succeeds(middle) { high = middle } else { low = middle }
    }
    return high
  }

  private static let transfer: UInt64 = 21_000
  /// What a call with wei gives the other side.
  private static let stipend: UInt64 = 2300

  private func succeeds(_ gas: UInt64) throws(NodeFailure) -> Bool {
    do throws(NodeFailure) {
      return try scene.run(request, gasLimit: gas).status == .success
    } catch {
      switch error {
      case .rejectedCall(.intrinsicGasTooLow, _, _), .rejectedCall(.gasBelowFloor, _, _):
        return false
      default: throw error
      }
    }
  }
}

extension BlockContext {
  mutating func apply(_ overrides: BlockOverrides, rules: ChainRules) {
    if let number = overrides.number { self.number = number }
    if let timestamp = overrides.timestamp { self.timestamp = timestamp }
    if let gasLimit = overrides.gasLimit { self.gasLimit = gasLimit }
    if let beneficiary = overrides.beneficiary { coinbase = beneficiary }
    if let randomness = overrides.randomness { self.randomness = randomness.word }
    if let baseFee = overrides.baseFee { self.baseFee = baseFee }
    if let fee = overrides.blobBaseFee { blobBaseFee = fee }
  }
}
