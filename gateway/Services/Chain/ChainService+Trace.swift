internal import Chain
internal import EVM
internal import Foundation
internal import Primitives
internal import SwiftProtobuf
public import RPC
public import Schema
internal import Tracers

extension ChainService {
  /// Parts of one trace that wait for their reader at most.
  private static let tracePartsMax = 1 << 18

  public func trace(
    _ request: Gensyn_Chain_V1.TraceRequest,
    to responses: ResponseWriter<Gensyn_Chain_V1.TraceResponse>, in call: ServerCall
  ) async throws {
    let parts: [Gensyn_Chain_V1.TraceResponse]
    switch request.subject {
    case nil: throw RPCError(chainField: "subject", "is missing")
    case .transactionHash(let bytes)?:
      let hash = try Digest(chain: "transaction_hash", bytes)
      parts = try await collected(request) { (node, observer) throws(NodeFailure) in
        try node.replay(transaction: hash, observer: observer)
      }
    case .block(let reference)?:
      let wanted = try BlockReference(reference, field: "block")
      parts = try await collected(request) { (node, observer) throws(NodeFailure) in
        try node.replay(wanted, observer: observer)
      }
    case .call(let message)?:
      let wanted = try CallRequest(message)
      let reference = try BlockReference(request.callBlock, field: "call_block")
      let overrides = try StateOverrides(messages: request.overrides)
      parts = try await collected(request) { (node, observer) throws(NodeFailure) in
        try node.traceCall(
          wanted, at: reference, state: overrides,
          begin: { state in
            observer.begin(
              hash: nil, from: wanted.from, to: wanted.to,
              gasLimit: wanted.gasLimit ?? node.configuration.queries.callGasMax, state)
          },
          end: { outcome, _ in observer.end(outcome) })
      }
    }
    for part in parts { try await responses.write(part) }
  }

  private func collected(
    _ request: Gensyn_Chain_V1.TraceRequest,
    _ body: @Sendable (Node, TraceCollector) throws(NodeFailure) -> Void
  ) async throws -> [Gensyn_Chain_V1.TraceResponse] {
    let (parts, isTruncated) = try await ask { (node) throws(NodeFailure) in
      let collector = TraceCollector(
        request, partsMax: Self.tracePartsMax, beneficiary: node.configuration.beneficiary)
      try body(node, collector)
      return (collector.parts, collector.isTruncated)
    }
    guard !isTruncated else {
      throw RPCError(.resourceExhausted, "the trace has more than \(Self.tracePartsMax) parts")
    }
    return parts
  }
}

/// Makes messages of what tracers see.
private final class TraceCollector: ReplayObserver {
  private let request: Gensyn_Chain_V1.TraceRequest
  private let partsMax: Int
  private let beneficiary: Address
  private(set) var parts: [Gensyn_Chain_V1.TraceResponse] = []
  private(set) var isTruncated = false
  private var hash: Digest?
  private var gasLimit: UInt64 = 0
  private var calls: CallTracer?
  private var prestate: PrestateTracer?

  init(_ request: Gensyn_Chain_V1.TraceRequest, partsMax: Int, beneficiary: Address) {
    self.request = request
    self.partsMax = partsMax
    self.beneficiary = beneficiary
  }

  func begin(_ transaction: SealedTransaction, state: ReplayState) -> (any ExecutionTracer)? {
    begin(
      hash: transaction.hash, from: transaction.sender, to: transaction.transaction.to,
      gasLimit: transaction.transaction.gasLimit, state)
  }

  func end(_ transaction: SealedTransaction, outcome: Outcome, state: ReplayState) {
    end(outcome)
  }

  func begin(
    hash: Digest?, from sender: Address, to target: Address?, gasLimit: UInt64,
    _ state: ReplayState
  ) -> (any ExecutionTracer)? {
    self.hash = hash
    self.gasLimit = gasLimit
    let reader = StateReader(
      account: { state.account($0) }, code: { state.code($0) },
      storage: { state.storage($0, $1) })
    switch request.tracer {
    case .instructions(let wanted)?:
      var options = StructLogTracer.Options()
      options.hasStack = !wanted.withoutStack
      options.hasMemory = wanted.withMemory
      options.hasStorage = wanted.withStorage
      options.hasReturnData = wanted.withReturnData
      if wanted.stepCountMax > 0 { options.countMax = Int(clamping: wanted.stepCountMax) }
      return StructLogTracer(options) { [unowned self] log in
        append(.step(Gensyn_Chain_V1.InstructionStep(log)))
      }
    case .prestate(let wanted)?:
      var options = PrestateTracer.Options()
      options.isDiff = wanted.diff
      options.hasCode = !wanted.withoutCode
      options.hasStorage = !wanted.withoutStorage
      let tracer = PrestateTracer(options, state: reader)
      tracer.touch(sender)
      if let target { tracer.touch(target) }
      tracer.touch(beneficiary)
      prestate = tracer
      return tracer
    case .calls(let wanted)?: return callTracer(wanted, reader)
    case nil: return callTracer(.init(), reader)
    }
  }

  private func callTracer(
    _ wanted: Gensyn_Chain_V1.CallTracer, _ reader: StateReader
  ) -> CallTracer {
    var options = CallTracer.Options()
    options.onlyTopCall = wanted.onlyTopCall
    options.hasLogs = wanted.withLogs
    let tracer = CallTracer(options) { reader.account($0)?.balance ?? .zero }
    calls = tracer
    return tracer
  }

  func end(_ outcome: Outcome) {
    if let frame = calls?.result(gasLimit: gasLimit, gasUsed: outcome.gasUsed) {
      append(.call(Gensyn_Chain_V1.CallFrame(frame)))
    }
    if let prestate { append(.prestate(Gensyn_Chain_V1.Prestate(prestate.result()))) }
    isTruncated = isTruncated || calls?.isTruncated == true || prestate?.isTruncated == true
    calls = nil
    prestate = nil
    append(
      .summary(
        .with {
          $0.succeeded = outcome.status == .success
          $0.gasUsed = outcome.gasUsed
          $0.output = Data(outcome.output)
          $0.failure = outcome.status.failureMessage ?? ""
        }))
  }

  private func append(_ part: Gensyn_Chain_V1.TraceResponse.OneOf_Part) {
    guard parts.count < partsMax else {
      isTruncated = true
      return
    }
    parts.append(
      .with {
        $0.transactionHash = hash?.wire ?? Data()
        $0.part = part
      })
  }
}

extension Gensyn_Chain_V1.InstructionStep {
  fileprivate init(_ log: StructLog) {
    self.init()
    programCounter = UInt64(log.pc)
    opcode = UInt32(log.opcode)
    name = log.name
    gasLeft = UInt64(clamping: log.gas)
    gasCost = UInt64(clamping: log.gasCost)
    depth = UInt32(clamping: log.depth)
    stack = (log.stack ?? []).map(\.wire)
    memory = Data(log.memory ?? [])
    memorySizeBytes = UInt64(log.memorySize)
    storage = (log.storage ?? [:]).sorted { $0.key < $1.key }.flatMap {
      [$0.key.wire, $0.value.wire]
    }
    returnData = Data(log.returnData ?? [])
    refund = UInt64(clamping: log.refund)
    failure = log.failure ?? ""
  }
}

extension Gensyn_Chain_V1.CallFrame {
  fileprivate init(_ frame: Tracers.CallFrame) {
    self.init()
    kind = frame.kind
    from = frame.from.wire
    if let to = frame.to { self.to = to.wire }
    if let value = frame.value { valueWei = value.wire }
    gas = UInt64(clamping: frame.gas)
    gasUsed = UInt64(clamping: frame.gasUsed)
    input = Data(frame.input)
    output = Data(frame.output)
    failure = frame.failure ?? ""
    revertReason = frame.revertReason ?? ""
    calls = frame.calls.map { Gensyn_Chain_V1.CallFrame($0) }
    logs = frame.logs.map { log in
      .with {
        $0.address = log.address.wire
        $0.topics = log.topics.map(\.wire)
        $0.data = Data(log.data)
        $0.logIndex = UInt32(clamping: log.index)
      }
    }
  }
}

extension Gensyn_Chain_V1.Prestate {
  fileprivate init(_ prestate: Tracers.Prestate) {
    self.init()
    before = Self.accounts(prestate.before)
    after = Self.accounts(prestate.after ?? [:])
  }

  private static func accounts(
    _ accounts: [Address: Tracers.Prestate.AccountState]
  ) -> [Gensyn_Chain_V1.TracedAccount] {
    accounts.sorted { $0.key < $1.key }.map { address, state in
      .with {
        $0.address = address.wire
        if let balance = state.balance { $0.balanceWei = balance.wire }
        if let nonce = state.nonce { $0.nonce = nonce }
        if let code = state.code { $0.code = Data(code) }
        $0.storage = state.storage.sorted { $0.key < $1.key }
          .flatMap { [$0.key.wire, $0.value.wire] }
      }
    }
  }
}
