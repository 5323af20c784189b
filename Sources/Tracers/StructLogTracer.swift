public import EVM
internal import Primitives

/// Shows each instruction (EIP-3155, and geth's default tracer).
///
/// What an instruction costs and what it loads is known when the next one begins: each log is handed
/// out one step late.
public final class StructLogTracer: ExecutionTracer {
  public struct Options: Sendable {
    public var hasStack = true
    public var hasMemory = false
    public var hasStorage = true
    public var hasReturnData = false
    /// Logs past this number are counted and not kept; nil keeps all.
    public var countMax: Int?

    public init() {}
  }

  private struct Open {
    var last: StructLog?
    /// The slot that the last instruction reads.
    var loading: U256?
    /// Gas that calls of the last instruction got and did not use, and what creations were given.
    var returned: Int64 = 0
    let account: Address
  }

  private let options: Options
  private let sink: (StructLog) -> Void
  private var frames: [Open] = []
  private var storage: [Address: [U256: U256]] = [:]
  private var pendingCalls: [TraceCall] = []
  /// How many instructions ran.
  public private(set) var count = 0

  public init(_ options: Options = Options(), sink: @escaping (StructLog) -> Void) {
    self.options = options
    self.sink = sink
  }

  public func begin(_ call: TraceCall) {
    pendingCalls.append(call)
    // A delegate call changes what belongs to its caller.
    let isOwn = call.kind == .delegateCall || call.kind == .callCode
    frames.append(Open(account: isOwn ? call.from : call.to))
  }

  public func step(_ step: TraceStep) {
    guard var frame = frames.popLast() else { return }
    finish(&frame, gasNow: step.gas, top: step.word(0))
    count += 1
    if options.countMax.map({ count <= $0 }) ?? true {
      frame.last = log(step)
      frame.loading = nil
      if options.hasStorage { note(step, &frame) }
    }
    frames.append(frame)
  }

  public func end(_ result: TraceResult) {
    guard var frame = frames.popLast(), let call = pendingCalls.popLast() else { return }
    if case .halted(let halt) = result.status {
      frame.last?.failure = halt.message
      finish(&frame, gasNow: nil, top: nil)
    } else {
      finish(&frame, gasNow: result.gasLeft, top: nil)
    }
    guard var parent = frames.popLast() else { return }
    // A creation's gas is no part of its instruction's cost, as geth counts.
    let isCreation = call.kind == .create || call.kind == .create2
    parent.returned += isCreation ? result.gasLeft - call.gas : result.gasLeft
    frames.append(parent)
  }

  private func log(_ step: TraceStep) -> StructLog {
    StructLog(
      pc: step.pc, opcode: step.opcode, name: step.traceName, gas: step.gas, gasCost: 0,
      depth: step.depth, refund: step.refund, stack: options.hasStack ? step.stack : nil,
      memory: options.hasMemory ? step.memory : nil, memorySize: step.memorySize,
      returnData: options.hasReturnData ? step.returnData : nil)
  }

  private func note(_ step: TraceStep, _ frame: inout Open) {
    switch step.opcode {
    case Instruction.sload where step.stackHeight >= 1:
      frame.loading = step.word(0)
    case Instruction.sstore where step.stackHeight >= 2:
      storage[step.address, default: [:]][step.word(0)] = step.word(1)
      frame.last?.storage = storage[step.address]
    default: break
    }
  }

  /// Completes the frame's last log with what the next moment shows.
  private func finish(_ frame: inout Open, gasNow: Int64?, top: U256?) {
    guard var log = frame.last else { return }
    frame.last = nil
    if let slot = frame.loading, let top {
      storage[frame.account, default: [:]][slot] = top
      log.storage = storage[frame.account]
    }
    // An instruction that ran out of gas would have cost more than there was.
    log.gasCost = gasNow.map { log.gas - $0 + frame.returned } ?? log.gas
    frame.returned = 0
    sink(log)
  }
}

/// Bytes of instructions that tracers look at.
enum Instruction {
  static let balance: UInt8 = 0x31
  static let extcodesize: UInt8 = 0x3B
  static let extcodecopy: UInt8 = 0x3C
  static let extcodehash: UInt8 = 0x3F
  static let sload: UInt8 = 0x54
  static let sstore: UInt8 = 0x55
  static let log0: UInt8 = 0xA0
  static let log4: UInt8 = 0xA4
  static let call: UInt8 = 0xF1
  static let callcode: UInt8 = 0xF2
  static let delegatecall: UInt8 = 0xF4
  static let staticcall: UInt8 = 0xFA
  static let selfdestruct: UInt8 = 0xFF
}

extension TraceStep {
  /// The name as geth writes it.
  var traceName: String {
    name.hasPrefix("UNDEFINED") ? "opcode \(Hex.encode([opcode], prefix: true)) not defined" : name
  }
}
