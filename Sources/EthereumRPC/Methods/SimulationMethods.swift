internal import Chain
internal import EVM
internal import JSONTree
internal import Primitives
internal import Tracers

/// Whole blocks that never were (`eth_simulateV1`).
enum SimulationMethods {
  static let all: [String: EthereumAPI.Method] = [
    "eth_simulateV1": { (api, parameters) throws(RPCFailure) in
      let options = try parameters.value(0) { (value) throws(BadValue) in
        try SimulationOptions(value)
      }
      let reference = try parameters.block(1)
      let head = try api.state(reference).header
      var request = SimulationRequest()
      request.validates = options.validates
      request.blocks = try options.blocks(after: head, limits: api.node.configuration.queries)
      let observer = TransferObserver(showsTransfers: options.tracesTransfers)
      let blocks = try simulate(api, request, reference, observer)
      return .array(
        blocks.enumerated().map { index, block in
          SimulatedBlockJSON(
            block: block, observer: observer, index: index, isFull: options.isFull
          ).json
        })
    }
  ]

  private static func simulate(
    _ api: EthereumAPI, _ request: SimulationRequest, _ reference: BlockReference,
    _ observer: TransferObserver
  ) throws(RPCFailure) -> [SimulatedBlock] {
    do throws(NodeFailure) {
      return try api.node.simulate(request, at: reference, observer: observer)
    } catch {
      var failure = RPCFailure(error)
      if case .rejectedCall(let reason, _, _) = error { failure.code = code(of: reason) }
      throw failure
    }
  }

  /// The codes of execution-apis for what is wrong with a call.
  private static func code(of reason: InvalidTransaction) -> Int {
    switch reason {
    case .nonceTooLow: -38010
    case .nonceTooHigh: -38011
    case .feeBelowBaseFee: -38012
    case .intrinsicGasTooLow, .gasBelowFloor: -38013
    case .insufficientFunds: -38014
    case .gasLimitExceedsBlock: -38015
    case .senderHasCode: -38024
    case .initcodeTooLarge: -38025
    case .nonceAtMaximum: RPCFailure.internalError
    default: RPCFailure.server
    }
  }
}

/// Notes the logs of each call, with the movements of wei where they are wanted.
private final class TransferObserver: SimulationObserver {
  private let showsTransfers: Bool
  private var tracers: [Int: [Int: TransferTracer]] = [:]

  init(showsTransfers: Bool) {
    self.showsTransfers = showsTransfers
  }

  func tracer(
    block: Int, call: Int, balance: @escaping (Address) -> U256
  ) -> (any ExecutionTracer)? {
    let tracer = TransferTracer(showsTransfers: showsTransfers, balance: balance)
    tracers[block, default: [:]][call] = tracer
    return tracer
  }

  func tracer(block: Int, call: Int) -> TransferTracer? { tracers[block]?[call] }
}

/// What a caller asks of a simulation.
private struct SimulationOptions {
  /// Seconds between blocks that do not say when they are.
  private static let secondsPerBlock: UInt64 = 12

  var requested: [SimulationRequest.Block]
  var tracesTransfers: Bool
  var validates: Bool
  var isFull: Bool

  init(_ json: JSON) throws(BadValue) {
    guard let calls = json["blockStateCalls"] else {
      throw BadValue("missing required field 'blockStateCalls'")
    }
    requested = try calls.list("[]simBlock") { (entry) throws(BadValue) in
      var block = SimulationRequest.Block()
      guard entry.members != nil else { throw BadValue.type(entry, "simBlock") }
      if let overrides = entry["blockOverrides"] {
        block.overrides = try BlockOverrides(overrides)
      }
      if let overrides = entry["stateOverrides"] {
        block.state = try StateOverrides(json: overrides)
      }
      block.calls =
        try entry.optional("calls") { (calls) throws(BadValue) in
          try calls.list("[]TransactionArgs") { (call) throws(BadValue) in
            var request = try CallRequest(call)
            // What pays nothing is of type 2, as what says nothing of fees.
            if request.gasPrice == nil { request.maxFeePerGas = request.maxFeePerGas ?? .zero }
            return request
          }
        } ?? []
      return block
    }
    tracesTransfers = json["traceTransfers"] == .bool(true)
    validates = json["validation"] == .bool(true)
    isFull = json["returnFullTransactions"] == .bool(true)
  }

  /// The blocks with every number and time, those between them as well.
  func blocks(
    after head: Header, limits: QueryLimits
  ) throws(RPCFailure) -> [SimulationRequest.Block] {
    guard !requested.isEmpty else { throw .invalid("empty input") }
    let tooMany = RPCFailure(-38026, "too many blocks")
    guard requested.count <= limits.simulatedBlocksMax else { throw tooMany }
    var blocks: [SimulationRequest.Block] = []
    var (number, time) = (head.number, head.timestamp)
    for block in requested {
      var block = block
      let wanted = block.overrides.number ?? number &+ 1
      guard wanted > number else {
        throw RPCFailure(-38020, "block numbers must be in order: \(wanted) <= \(number)")
      }
      guard wanted - head.number <= UInt64(limits.simulatedBlocksMax) else { throw tooMany }
      while wanted > number + 1 {
        number += 1
        time &+= Self.secondsPerBlock
        var empty = SimulationRequest.Block()
        empty.overrides.number = number
        empty.overrides.timestamp = time
        blocks.append(empty)
      }
      number = wanted
      let next = block.overrides.timestamp ?? time &+ Self.secondsPerBlock
      guard next > time else {
        throw RPCFailure(-38021, "block timestamps must be in order: \(next) <= \(time)")
      }
      time = next
      block.overrides.number = number
      block.overrides.timestamp = time
      blocks.append(block)
    }
    return blocks
  }
}

/// A simulated block as it is shown.
private struct SimulatedBlockJSON {
  let block: SimulatedBlock
  let observer: TransferObserver
  let index: Int
  let isFull: Bool

  var json: JSON {
    let header = block.header
    let transactions = block.calls.enumerated().map { position, call -> JSON in
      let hash = call.transaction.hash
      guard isFull else { return .digest(hash) }
      return JSON(
        call.transaction, hash: hash, from: call.sender,
        place: TransactionPlace(
          blockHash: block.hash, blockNumber: header.number, timestamp: header.timestamp,
          index: position),
        gasPrice: call.transaction.effectiveGasPrice(baseFee: header.baseFee ?? .zero))
    }
    var json = JSON(
      header, hash: block.hash, sizeBytes: block.block.encoded.count, transactions: transactions,
      ommers: [], withdrawals: block.block.withdrawals)
    var logIndex = 0
    json.append(
      "calls",
      .array(
        block.calls.enumerated().map { position, call in
          result(call, position: position, logIndex: &logIndex)
        }))
    return json
  }

  private func result(
    _ call: SimulatedBlock.Call, position: Int, logIndex: inout Int
  ) -> JSON {
    let tracer = observer.tracer(block: index, call: position)
    let first = logIndex
    let found = (tracer?.logs ?? []).map { numbered in
      JSON(
        FoundLog(
          log: numbered.log, blockNumber: block.header.number, blockHash: block.hash,
          timestamp: block.header.timestamp, transactionHash: call.transaction.hash,
          transactionIndex: position, logIndex: first + numbered.index))
    }
    logIndex += tracer?.count ?? 0
    let isShown = call.result.status == .success
    var json: JSON = [
      "returnData": .bytes(isShown ? call.result.output : []), "logs": .array(found),
      "gasUsed": .quantity(call.result.gasUsed),
      "maxUsedGas": .quantity(call.result.gasUsedMax),
      "status": .quantity(UInt64(isShown ? 1 : 0)),
    ]
    guard !isShown else { return json }
    var failure = RPCFailure(call.result.status, call.result.output)
    if failure.code == RPCFailure.server { failure.code = -32015 }
    json.append("error", failure.json)
    return json
  }
}
