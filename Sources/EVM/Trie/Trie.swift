public import Primitives

/// Roots of Merkle Patricia tries.
public enum Trie {
  /// keccak(rlp("")).
  public static let emptyRoot = Keccak256.hash([0x80])

  /// The root over entries in any order. Keys differ, values are not empty.
  public static func root(of entries: [(key: [UInt8], value: [UInt8])]) -> Digest {
    var builder = TrieBuilder()
    for entry in entries.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      builder.append(key: entry.key, value: entry.value)
    }
    return builder.root()
  }

  /// The root over entries whose keys are hashed first.
  public static func secureRoot(of entries: [(key: [UInt8], value: [UInt8])]) -> Digest {
    root(of: entries.map { (Keccak256.hash($0.key).array, $0.value) })
  }

  /// The root over a list: the keys are the indices in RLP (transactions, receipts, withdrawals).
  public static func root(ofList items: [[UInt8]]) -> Digest {
    root(
      of: items.enumerated().map { index, item in
        var encoder = RLP.Encoder()
        encoder.append(UInt64(index))
        return (encoder.bytes, item)
      })
  }

  /// The root over a contract's storage; slots of zero are not there.
  public static func storageRoot(of slots: [U256: U256]) -> Digest {
    secureRoot(
      of: slots.compactMap { slot, value in
        guard !value.isZero else { return nil }
        var encoder = RLP.Encoder()
        encoder.append(value)
        return (slot.bytes, encoder.bytes)
      })
  }
}
