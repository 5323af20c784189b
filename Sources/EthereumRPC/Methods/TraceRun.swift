internal import Chain
internal import EVM
internal import JSONTree
internal import Primitives
internal import Tracers

/// What a traced execution is of.
struct TraceSubject {
  let from: Address
  let to: Address?
  let beneficiary: Address
  let authorities: [Address]
  let gasLimit: UInt64
}

/// One execution under a tracer, and its text.
final class TraceRun {
  private let options: TraceOptions
  private let bytesMax: Int
  private var subject: TraceSubject?
  /// The struct logs so far, as text.
  private var logs: [UInt8] = []
  private var calls: CallTracer?
  private var prestate: PrestateTracer?
  private var selectors: SelectorTracer?
  private(set) var byteCount: Int
  private(set) var isTooLarge = false

  init(_ api: EthereumAPI, _ options: TraceOptions, spent: Int = 0) {
    self.options = options
    bytesMax = api.limits.traceBytesMax
    byteCount = spent
  }

  static func tooLarge(_ api: EthereumAPI) -> RPCFailure {
    .limit("the trace is larger than \(api.limits.traceBytesMax) bytes")
  }

  func begin(_ subject: TraceSubject, state: ReplayState) -> (any ExecutionTracer)? {
    self.subject = subject
    let reader = StateReader(
      account: { state.account($0) }, code: { state.code($0) },
      storage: { state.storage($0, $1) })
    switch options.tracer {
    case .instructions(let options):
      return StructLogTracer(options) { [unowned self] log in append(log) }
    case .calls(let options):
      let tracer = CallTracer(options) { reader.account($0)?.balance ?? .zero }
      calls = tracer
      return tracer
    case .prestate(let options):
      let tracer = PrestateTracer(options, state: reader)
      tracer.touch(subject.from)
      if let to = subject.to { tracer.touch(to) }
      tracer.touch(subject.beneficiary)
      for authority in subject.authorities { tracer.touch(authority) }
      prestate = tracer
      return tracer
    case .selectors:
      let tracer = SelectorTracer { call in
        call.to.high == 0 && call.to.middle == 0 && call.to.low <= 0x100
      }
      selectors = tracer
      return tracer
    case .nothing: return nil
    }
  }

  private func append(_ log: StructLog) {
    guard !isTooLarge else { return }
    let before = logs.count
    logs.append(logs.isEmpty ? UInt8(ascii: "[") : UInt8(ascii: ","))
    JSON(log).write(to: &logs)
    byteCount += logs.count - before
    guard byteCount > bytesMax else { return }
    isTooLarge = true
    logs = []
  }

  func end(_ outcome: Outcome) -> JSON {
    var result: JSON
    switch options.tracer {
    case .instructions:
      if logs.isEmpty { logs.append(UInt8(ascii: "[")) }
      logs.append(UInt8(ascii: "]"))
      let isShown = outcome.status == .success || outcome.status == .reverted
      result = [
        "gas": .number("\(outcome.gasUsed)"), "failed": .bool(outcome.status != .success),
        "returnValue": .bytes(isShown ? outcome.output : []), "structLogs": .raw(logs),
      ]
      return result
    case .calls:
      let frame = calls?.result(gasLimit: subject?.gasLimit ?? 0, gasUsed: outcome.gasUsed)
      isTooLarge = calls?.isTruncated ?? false
      result = frame.map { JSON($0) } ?? .null
    case .prestate:
      isTooLarge = prestate?.isTruncated ?? false
      result = prestate.map { JSON($0.result()) } ?? .null
    case .selectors:
      let counts = selectors?.counts ?? [:]
      result = .object(
        counts.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .number("\($0.value)")) })
    case .nothing: result = .object([])
    }
    let bytes = result.bytes
    byteCount += bytes.count
    if byteCount > bytesMax { isTooLarge = true }
    return .raw(bytes)
  }
}
