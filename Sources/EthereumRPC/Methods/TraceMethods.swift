internal import Chain
internal import EVM
internal import JSONTree
internal import Primitives
internal import Tracers

/// What happened inside.
enum TraceMethods {
  static let all: [String: EthereumAPI.Method] = [
    "debug_traceTransaction": { (api, parameters) throws(RPCFailure) in
      let hash = try parameters.digest(0)
      let options = try options(parameters, 1)
      guard let sealed = try TransactionMethods.sealed(api, hash) else {
        throw .server("transaction not found")
      }
      let observer = TraceObserver(api, options)
      try api.ask { (node) throws(NodeFailure) in
        try node.replay(transaction: sealed.hash, observer: observer)
      }
      return try observer.single()
    },
    "debug_traceBlockByNumber": { (api, parameters) throws(RPCFailure) in
      try block(api, try parameters.requiredBlock(0), try options(parameters, 1))
    },
    "debug_traceBlockByHash": { (api, parameters) throws(RPCFailure) in
      let hash = try parameters.digest(0)
      let options = try options(parameters, 1)
      guard try BlockMethods.found(api, .hash(hash)) != nil else {
        throw .server("block 0x\(hash) not found")
      }
      return try block(api, .hash(hash), options)
    },
    "debug_traceCall": { (api, parameters) throws(RPCFailure) in try call(api, parameters) },
  ]

  private static func options(
    _ parameters: Parameters, _ index: Int
  ) throws(RPCFailure) -> TraceOptions {
    guard parameters[index] != nil else { return TraceOptions() }
    return try parameters.value(index) { (value) throws(BadValue) in try TraceOptions(value) }
  }

  private static func block(
    _ api: EthereumAPI, _ reference: BlockReference, _ options: TraceOptions
  ) throws(RPCFailure) -> JSON {
    guard let block = try BlockMethods.found(api, reference) else {
      throw .server("block \(reference) not found")
    }
    guard block.number > 0 else { throw .server("genesis is not traceable") }
    let observer = TraceObserver(api, options)
    try api.ask { (node) throws(NodeFailure) in
      try node.replay(reference, observer: observer)
    }
    return try observer.all()
  }

  private static func call(
    _ api: EthereumAPI, _ parameters: Parameters
  ) throws(RPCFailure) -> JSON {
    let request = try parameters.call(0)
    let reference = try parameters.block(1)
    let options = try options(parameters, 2)
    let run = TraceRun(api, options)
    var result: JSON?
    try api.ask(request) { (node) throws(NodeFailure) in
      try node.traceCall(
        request, at: reference, state: options.stateOverrides, block: options.blockOverrides,
        begin: { state in
          run.begin(
            TraceSubject(
              from: request.from, to: request.to, beneficiary: node.head.header.beneficiary,
              authorities: request.authorizations.compactMap { $0.authority() },
              gasLimit: request.gasLimit ?? node.configuration.queries.callGasMax),
            state: state)
        },
        end: { outcome, _ in result = run.end(outcome) })
    }
    if run.isTooLarge { throw TraceRun.tooLarge(api) }
    return result ?? .null
  }
}

/// Traces each transaction of a block that runs once more.
private final class TraceObserver: ReplayObserver {
  private let api: EthereumAPI
  private let options: TraceOptions
  private var run: TraceRun?
  private var results: [(hash: Digest, result: JSON)] = []
  private var byteCount = 0
  private var isTooLarge = false

  init(_ api: EthereumAPI, _ options: TraceOptions) {
    self.api = api
    self.options = options
  }

  func begin(_ transaction: SealedTransaction, state: ReplayState) -> (any ExecutionTracer)? {
    guard !isTooLarge else { return nil }
    let run = TraceRun(api, options, spent: byteCount)
    self.run = run
    return run.begin(
      TraceSubject(
        from: transaction.sender, to: transaction.transaction.to,
        beneficiary: (try? api.node.block(.number(transaction.blockNumber)))??.header.beneficiary
          ?? .zero,
        authorities: transaction.transaction.authorizations.compactMap { $0.authority() },
        gasLimit: transaction.transaction.gasLimit), state: state)
  }

  func end(_ transaction: SealedTransaction, outcome: Outcome, state: ReplayState) {
    guard let run, !isTooLarge else { return }
    let result = run.end(outcome)
    byteCount = run.byteCount
    isTooLarge = run.isTooLarge
    results.append((transaction.hash, result))
    self.run = nil
  }

  func single() throws(RPCFailure) -> JSON {
    if isTooLarge { throw TraceRun.tooLarge(api) }
    return results.last?.result ?? .null
  }

  func all() throws(RPCFailure) -> JSON {
    if isTooLarge { throw TraceRun.tooLarge(api) }
    return .array(results.map { ["txHash": .digest($0.hash), "result": $0.result] })
  }
}
