public import Primitives

/// What a block keeps of a transaction's outcome.
public struct Receipt: Hashable, Sendable {
  public enum Result: Hashable, Sendable {
    case success
    case failure
    /// The root of the state afterwards, which receipts had before Byzantium (EIP-658).
    case stateRoot(Digest)
  }

  public var kind: Transaction.Kind
  public var result: Result
  /// Of the block up to here.
  public var cumulativeGasUsed: UInt64
  public var bloom: Bloom
  public var logs: [Log]

  public init(
    kind: Transaction.Kind, result: Result, cumulativeGasUsed: UInt64, logs: [Log]
  ) {
    self.kind = kind
    self.result = result
    self.cumulativeGasUsed = cumulativeGasUsed
    self.logs = logs
    bloom = logs.bloom
  }

  /// As the receipts' trie has it.
  public var encoded: [UInt8] {
    var encoder = RLP.Encoder()
    encoder.list { list in
      switch result {
      case .success: list.append(UInt64(1))
      case .failure: list.append(UInt64(0))
      case .stateRoot(let root): list.append(root)
      }
      list.append(cumulativeGasUsed)
      list.append(bloom.bytes)
      list.list { inner in
        for log in logs { log.encode(to: &inner) }
      }
    }
    return kind == .legacy ? encoder.bytes : [kind.rawValue] + encoder.bytes
  }
}
