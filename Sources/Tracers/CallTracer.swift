public import EVM
public import Primitives

/// Shows each call (geth's callTracer).
public final class CallTracer: ExecutionTracer {
  public struct Options: Sendable {
    public var onlyTopCall = false
    public var hasLogs = false
    /// Past this many calls and logs nothing more is kept.
    public var countMax = 1 << 20

    public init() {}
  }

  private let options: Options
  /// What an account owns now.
  private let balance: (Address) -> U256
  private var open: [CallFrame] = []
  private var destroying: CallFrame?
  private var count = 0
  private var skipped = 0
  public private(set) var isTruncated = false
  private var top: CallFrame?

  public init(_ options: Options = Options(), balance: @escaping (Address) -> U256) {
    self.options = options
    self.balance = balance
  }

  /// The outermost call, with the gas of the whole transaction; nil where nothing ran.
  public func result(gasLimit: UInt64, gasUsed: UInt64) -> CallFrame? {
    guard var frame = top else { return nil }
    frame.gas = Int64(clamping: gasLimit)
    frame.gasUsed = Int64(clamping: gasUsed)
    var next = 0
    frame.settleLogs(false, &next)
    return frame
  }

  public func begin(_ call: TraceCall) {
    guard !options.onlyTopCall || open.isEmpty, hasRoom() else {
      skipped += 1
      return
    }
    open.append(
      CallFrame(
        kind: call.kind.name, from: call.from, to: call.to,
        value: call.kind == .staticCall ? nil : call.value, gas: call.gas, gasUsed: 0,
        input: call.input))
  }

  public func end(_ result: TraceResult) {
    guard skipped == 0 else {
      skipped -= 1
      return
    }
    guard var frame = open.popLast() else { return }
    if let destroyed = destroying, result.status == .success { frame.calls.append(destroyed) }
    destroying = nil
    frame.finish(result, isTooDeep: open.count > 1024)
    if var parent = open.popLast() {
      parent.calls.append(frame)
      open.append(parent)
    } else {
      top = frame
    }
  }

  public func step(_ step: TraceStep) {
    guard skipped == 0 else { return }
    switch step.opcode {
    case Instruction.selfdestruct where !options.onlyTopCall && step.stackHeight >= 1:
      destroying = CallFrame(
        kind: "SELFDESTRUCT", from: step.address, to: Address(truncating: step.word(0)),
        value: balance(step.address), gas: 0, gasUsed: 0, input: [])
    case Instruction.log0...Instruction.log4 where options.hasLogs:
      note(step)
    default: break
    }
  }

  private func note(_ step: TraceStep) {
    guard let log = step.log, hasRoom(), var frame = open.popLast() else { return }
    frame.logs.append(
      CallFrame.Log(
        address: log.address, topics: log.topics, data: log.data, index: 0,
        position: frame.calls.count))
    open.append(frame)
  }

  private func hasRoom() -> Bool {
    count += 1
    if count > options.countMax { isTruncated = true }
    return count <= options.countMax
  }
}

extension CallFrame {
  fileprivate mutating func finish(_ result: TraceResult, isTooDeep: Bool) {
    gasUsed = gas - result.gasLeft
    guard let message = result.status.failureMessage else {
      output = result.output
      return
    }
    failure = isTooDeep ? "max call depth exceeded" : message
    if kind == "CREATE" || kind == "CREATE2" { to = nil }
    guard result.status == .reverted, !result.output.isEmpty else { return }
    output = result.output
    revertReason = RevertReason.text(of: output)
  }
}

extension TraceCall.Kind {
  /// The instruction's name.
  public var name: String {
    switch self {
    case .call: "CALL"
    case .callCode: "CALLCODE"
    case .delegateCall: "DELEGATECALL"
    case .staticCall: "STATICCALL"
    case .create: "CREATE"
    case .create2: "CREATE2"
    }
  }
}

extension TraceStep {
  /// The log that the instruction is about to write; nil where it cannot.
  var log: Log? {
    let topicCount = Int(opcode) - Int(Instruction.log0)
    guard (0...4).contains(topicCount), stackHeight >= 2 + topicCount else { return nil }
    let (offset, size) = (word(0), word(1))
    var data: [UInt8] = []
    if !size.isZero {
      // Whoever pays for more memory than this has no such gas.
      guard size.clamped <= 1 << 26, offset.clamped <= 1 << 32 else { return nil }
      let (start, count) = (Int(offset.w0), Int(size.w0))
      let memory = memory
      data = start < memory.count ? Array(memory[start..<min(start + count, memory.count)]) : []
      data += [UInt8](repeating: 0, count: count - data.count)
    }
    return Log(
      address: address, topics: (0..<topicCount).map { Digest(word(2 + $0)) }, data: data)
  }
}
