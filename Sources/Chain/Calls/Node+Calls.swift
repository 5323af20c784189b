public import EVM
internal import Primitives

extension Node {
  /// What a call would do in the block after which the state is `reference`'s, without doing it.
  public func call(
    _ request: CallRequest, at reference: BlockReference = .latest,
    state overrides: StateOverrides = [:], block: BlockOverrides = BlockOverrides(),
    tracer: (any ExecutionTracer)? = nil
  ) throws(NodeFailure) -> CallResult {
    let view = try state(at: reference)
    return try machines.withMachine { machine throws(NodeFailure) in
      let database = OverlayDatabase(ViewDatabase(view))
      try database.apply(overrides)
      var scene = CallScene(
        database: database, context: try context(view.header, block, overrides, for: request),
        machine: machine, chainID: chainID)
      scene.tracer = tracer
      let outcome = try scene.run(request, gasLimit: callGas(request))
      return CallResult(outcome)
    }
  }

  func callGas(_ request: CallRequest) -> UInt64 {
    min(request.gasLimit ?? .max, configuration.queries.callGasMax)
  }

  func context(
    _ header: Header, _ overrides: BlockOverrides, _ accounts: StateOverrides,
    for request: CallRequest
  ) throws(NodeFailure) -> BlockContext {
    var context = BlockContext(header, rules: rules)
    if request.paysNothing { context.baseFee = .zero }
    context.apply(overrides, rules: rules)
    try context.movePrecompiles(accounts)
    return context
  }

  /// The least gas with which a transaction succeeds, found by trying.
  ///
  /// Fails with ``NodeFailure/failed(_:output:)`` where no gas is enough.
  public func estimateGas(
    _ request: CallRequest, at reference: BlockReference = .latest,
    state overrides: StateOverrides = [:], block: BlockOverrides = BlockOverrides()
  ) throws(NodeFailure) -> UInt64 {
    let view = try state(at: reference)
    return try machines.withMachine { machine throws(NodeFailure) in
      let database = OverlayDatabase(ViewDatabase(view))
      try database.apply(overrides)
      let scene = CallScene(
        database: database, context: try context(view.header, block, overrides, for: request),
        machine: machine, chainID: chainID)
      var most = callGas(request)
      if request.gasLimit == nil { most = min(most, view.header.gasLimit) }
      if scene.context.fork >= .osaka { most = min(most, Transaction.gasLimitMax) }
      most = min(most, try affordableGas(request, scene))
      return try GasEstimate(scene: scene, request: request).least(upTo: most)
    }
  }

  /// Gas that the sender's balance pays for.
  private func affordableGas(
    _ request: CallRequest, _ scene: CallScene
  ) throws(NodeFailure) -> UInt64 {
    let price = request.gasPrice ?? request.maxFeePerGas ?? .zero
    guard !price.isZero else { return .max }
    do throws(StateFailure) {
      let balance = try scene.database.account(at: request.from)?.balance ?? .zero
      guard let left = balance.subtracting(request.value) else {
        throw StateFailure(reason: "")
      }
      return (left / price).clamped
    } catch {
      if error.reason.isEmpty { throw .invalid(.insufficientFunds(balance: .zero)) }
      throw NodeFailure(error)
    }
  }

  /// The addresses and slots that a call touches, its gas with them in its access list, and how it ends.
  public func createAccessList(
    _ request: CallRequest, at reference: BlockReference = .latest,
    state overrides: StateOverrides = [:]
  ) throws(NodeFailure) -> (list: [Transaction.AccessListEntry], result: CallResult) {
    var request = request
    var list = request.accessList ?? []
    // Each round may touch more, since gas that is left decides too; it settles soon.
    for _ in 0..<16 {
      request.accessList = list
      let tracer = AccessListTracer(
        leavingOut: excluded(request), start: list)
      let result = try call(request, at: reference, state: overrides, tracer: tracer)
      let next = tracer.list
      if next == list { return (list, result) }
      list = next
    }
    request.accessList = list
    return (list, try call(request, at: reference, state: overrides))
  }

  private func excluded(_ request: CallRequest) -> Set<Address> {
    var excluded: Set<Address> = [request.from]
    if let to = request.to {
      excluded.insert(to)
    } else if let nonce = request.nonce ?? (try? nextNonce(of: request.from)) {
      excluded.insert(Address.ofCreation(by: request.from, nonce: nonce))
    }
    for number in 1...0x100 as ClosedRange<UInt64>
    where CallScene.isPrecompile(number, nextFork) {
      excluded.insert(Address(number: number))
    }
    return excluded
  }
}
