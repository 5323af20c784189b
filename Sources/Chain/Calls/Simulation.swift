public import EVM
public import Primitives

/// Blocks that never were, each on top of the one before (`eth_simulateV1`).
public struct SimulationRequest: Sendable {
  public struct Block: Sendable {
    public var overrides = BlockOverrides()
    public var state: StateOverrides = [:]
    public var calls: [CallRequest] = []

    public init() {}
  }

  public var blocks: [Block] = []
  /// Whether nonces, balances and fees must be right, as in a real block.
  public var validates = false

  public init() {}
}

/// A block that never was.
public struct SimulatedBlock: Sendable {
  public struct Call: Sendable {
    public let transaction: Transaction
    public let sender: Address
    public let result: CallResult
  }

  public let block: EVM.Block
  public let hash: Digest
  public let calls: [Call]

  public var header: Header { block.header }
}

/// Watches the calls of a simulation.
public protocol SimulationObserver: AnyObject {
  /// What shall see a call, if anything.
  ///
  /// `balance` tells what an account owns, in the middle of the call.
  func tracer(
    block: Int, call: Int, balance: @escaping (Address) -> U256
  ) -> (any ExecutionTracer)?
}

extension Node {
  /// Runs calls in blocks on top of a block of the chain. Numbers that are left out between two blocks are
  /// filled with empty ones.
  public func simulate(
    _ request: SimulationRequest, at reference: BlockReference = .latest,
    observer: (any SimulationObserver)? = nil
  ) throws(NodeFailure) -> [SimulatedBlock] {
    let view = try state(at: reference)
    return try machines.withMachine { machine throws(NodeFailure) in
      var simulation = Simulation(
        node: self, view: view, machine: machine, validates: request.validates)
      for block in request.blocks { try simulation.run(block, observer) }
      return simulation.blocks
    }
  }
}
