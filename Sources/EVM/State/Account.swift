public import Primitives

/// What the state says of an address, its storage apart.
public struct Account: Hashable, Sendable {
  public var nonce: UInt64
  /// Wei.
  public var balance: U256
  public var codeHash: Digest

  public init(nonce: UInt64 = 0, balance: U256 = .zero, codeHash: Digest = Account.emptyCodeHash) {
    self.nonce = nonce
    self.balance = balance
    self.codeHash = codeHash
  }

  /// The hash of no code.
  public static let emptyCodeHash = Keccak256.hash([])
  static let emptyCodeWord = emptyCodeHash.word

  /// Whether EIP-161 takes the account for absent.
  public var isEmpty: Bool {
    nonce == 0 && balance.isZero && codeHash == Self.emptyCodeHash
  }

  /// The leaf of the state's trie.
  public func encoded(storageRoot: Digest) -> [UInt8] {
    var encoder = RLP.Encoder()
    encoder.list { list in
      list.append(nonce)
      list.append(balance)
      list.append(storageRoot)
      list.append(codeHash)
    }
    return encoder.bytes
  }
}
