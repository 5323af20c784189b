public import EVM
internal import Primitives

/// Counts which functions were called, by selector and size of arguments (geth's 4byteTracer).
public final class SelectorTracer: ExecutionTracer {
  /// How often, by `0x` and eight digits, a hyphen, and the arguments' bytes.
  public private(set) var counts: [String: Int] = [:]
  private let isPrecompile: (TraceCall) -> Bool

  /// `isPrecompile` tells calls of the rules' own contracts, which have no functions.
  public init(isPrecompile: @escaping (TraceCall) -> Bool) {
    self.isPrecompile = isPrecompile
  }

  public func step(_ step: TraceStep) {}
  public func end(_ result: TraceResult) {}

  public func begin(_ call: TraceCall) {
    guard call.kind != .create, call.kind != .create2, call.input.count >= 4,
      !isPrecompile(call)
    else { return }
    let selector = Hex.encode(Array(call.input.prefix(4)), prefix: true)
    counts["\(selector)-\(call.input.count - 4)", default: 0] += 1
  }
}
