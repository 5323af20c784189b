public import Primitives

/// One call with everything inside it, as geth's callTracer shows it.
public struct CallFrame: Hashable, Sendable {
  /// A log, with its place among all logs of the transaction and among the calls of its frame.
  public struct Log: Hashable, Sendable {
    public var address: Address
    public var topics: [Digest]
    public var data: [UInt8]
    public var index: Int
    /// How many calls of the frame came before.
    public var position: Int
  }

  /// Such as `CALL`.
  public var kind: String
  public var from: Address
  /// Nil for a creation that failed.
  public var to: Address?
  /// Wei; nil for a static call, which has none.
  public var value: U256?
  public var gas: Int64
  public var gasUsed: Int64
  public var input: [UInt8]
  public var output: [UInt8] = []
  public var failure: String?
  public var revertReason: String?
  public var calls: [CallFrame] = []
  public var logs: [Log] = []
}

extension CallFrame {
  /// Takes out the logs of what was taken back, and numbers those that are left.
  mutating func settleLogs(_ isReverted: Bool, _ next: inout Int) {
    let isReverted = isReverted || failure != nil
    if isReverted { logs = [] }
    var place = 0
    for index in calls.indices {
      while place < logs.count, logs[place].position <= index {
        logs[place].index = next
        next += 1
        place += 1
      }
      calls[index].settleLogs(isReverted, &next)
    }
    while place < logs.count {
      logs[place].index = next
      next += 1
      place += 1
    }
  }
}
