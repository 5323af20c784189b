public import EVM
public import Primitives

/// Writes a log for each movement of wei, among the logs that contracts write: what `eth_simulateV1`
/// shows with `traceTransfers`.
public final class TransferTracer: ExecutionTracer {
  /// Who "writes" the logs of wei (execution-apis).
  public static let address = Address(
    high: 0xEEEE_EEEE, middle: 0xEEEE_EEEE_EEEE_EEEE, low: 0xEEEE_EEEE_EEEE_EEEE)
  /// keccak("Transfer(address,address,uint256)").
  private static let topic = Keccak256.hash(Array("Transfer(address,address,uint256)".utf8))

  /// A log and how many were written before it, those that were taken back counted too.
  public struct Numbered: Sendable {
    public let log: Log
    public let index: Int
  }

  private let balance: (Address) -> U256
  /// Whether movements of wei write logs, or contracts alone do.
  private let showsTransfers: Bool
  /// The logs of the frames that are open, each with those of its finished calls.
  private var open: [[Numbered]] = []
  private var destroying: Log?
  /// What stayed.
  public private(set) var logs: [Numbered] = []
  /// How many were written.
  public private(set) var count = 0

  public init(showsTransfers: Bool, balance: @escaping (Address) -> U256) {
    self.showsTransfers = showsTransfers
    self.balance = balance
  }

  public func begin(_ call: TraceCall) {
    open.append([])
    guard showsTransfers, call.kind != .delegateCall, call.kind != .callCode, !call.value.isZero
    else { return }
    append(Self.log(call.from, call.to, call.value))
  }

  public func step(_ step: TraceStep) {
    if let log = step.log {
      append(log)
    } else if showsTransfers, step.opcode == Instruction.selfdestruct, step.stackHeight >= 1 {
      let value = balance(step.address)
      destroying =
        value.isZero
        ? nil : Self.log(step.address, Address(truncating: step.word(0)), value)
    }
  }

  public func end(_ result: TraceResult) {
    if let log = destroying, result.status == .success { append(log) }
    destroying = nil
    guard let finished = open.popLast(), result.status == .success else { return }
    if var parent = open.popLast() {
      parent += finished
      open.append(parent)
    } else {
      logs = finished
    }
  }

  private func append(_ log: Log) {
    guard var frame = open.popLast() else { return }
    frame.append(Numbered(log: log, index: count))
    count += 1
    open.append(frame)
  }

  private static func log(_ from: Address, _ to: Address, _ value: U256) -> Log {
    Log(
      address: address, topics: [topic, Digest(from.word), Digest(to.word)], data: value.bytes)
  }
}
