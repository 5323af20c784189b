public import Primitives

/// Somebody who watches execution: each instruction, and each call as it begins and ends.
///
/// A separate instance of the loop asks for it, so that it costs nothing where nobody watches.
public protocol ExecutionTracer: AnyObject {
  /// Before an instruction runs.
  func step(_ step: TraceStep)
  /// Before a call's value moves. Calls that run no code begin and end too.
  func begin(_ call: TraceCall)
  func end(_ result: TraceResult)
}

/// The machine before an instruction. It can be looked at only during ``ExecutionTracer/step(_:)``.
public struct TraceStep {
  let frame: FrameReference
  /// The byte's place in the code.
  public let pc: Int
  public let opcode: UInt8
  public let gas: Int64
  /// 1 for the outermost call.
  public let depth: Int
  /// Gas to give back so far.
  public let refund: Int64
  let returned: ByteRange

  /// The instruction's name, as traces write it.
  public var name: String { Opcode(byte: opcode).name }
  public var address: Address { frame.frame.address }

  /// From the bottom to the top.
  public var stack: [U256] {
    let place = frame.frame.stack
    let count = Int(place.height(above: frame.frame.stackBase)) / 32
    return (0..<count).map { place[$0 - count] }
  }

  /// How many words lie on the stack.
  public var stackHeight: Int {
    Int(frame.frame.stack.height(above: frame.frame.stackBase)) / 32
  }

  /// A word of the stack, of which 0 is the top; zero where there is none.
  public func word(_ depth: Int) -> U256 {
    depth < stackHeight ? frame.frame.stack[-1 - depth] : .zero
  }

  public var memory: [UInt8] { frame.frame.memory.bytes(at: 0, frame.frame.memorySize) }
  /// Bytes.
  public var memorySize: Int { frame.frame.memorySize }
  /// What the last call returned.
  public var returnData: [UInt8] { returned.bytes }
}

/// A call, or a creation, that begins.
public struct TraceCall: Sendable {
  public enum Kind: Sendable {
    case call, callCode, delegateCall, staticCall, create, create2
  }

  public let kind: Kind
  public let from: Address
  public let to: Address
  public let value: U256
  public let gas: Int64
  public let input: [UInt8]
}

/// How a call ended.
public struct TraceResult: Sendable {
  public let status: Outcome.Status
  public let gasLeft: Int64
  public let output: [UInt8]
}

/// Whether a loop tells a tracer of each instruction; known when the loop is compiled.
protocol LoopMode {
  static var isTraced: Bool { get }
}

enum PlainLoop: LoopMode {
  static var isTraced: Bool { false }
}

enum TracedLoop: LoopMode {
  static var isTraced: Bool { true }
}

extension Interpreter {
  @inline(never)
  func trace(_ frame: FrameReference, _ opcode: Opcode, pc: Int) {
    tracer?.step(
      TraceStep(
        frame: frame, pc: pc, opcode: opcode.rawValue, gas: frame.frame.gas, depth: depth,
        refund: state.refund, returned: returnDataRange))
  }

  func traceBegin(
    _ kind: TraceCall.Kind, from: Address, to: Address, value: U256, gas: Int64, input: ByteRange
  ) {
    tracer?.begin(
      TraceCall(kind: kind, from: from, to: to, value: value, gas: gas, input: input.bytes))
  }

  func traceEnd(_ status: Outcome.Status, gasLeft: Int64) {
    tracer?.end(
      TraceResult(status: status, gasLeft: gasLeft, output: returnDataRange.bytes))
  }
}

extension Exit {
  var status: Outcome.Status {
    switch self {
    case .reverted: .reverted
    case .halted(let halt): .halted(halt)
    default: .success
    }
  }
}
