public import Primitives

/// What a block says of itself; its hash names the block.
///
/// Fields that came with a fork are nil before it.
public struct Header: Hashable, Sendable {
  /// Bytes (Yellow Paper, equation 51).
  public static let extraDataMax = 32

  public var parentHash = Digest(.zero)
  public var ommersHash = Header.emptyOmmersHash
  public var beneficiary = Address.zero
  public var stateRoot = Trie.emptyRoot
  public var transactionsRoot = Trie.emptyRoot
  public var receiptsRoot = Trie.emptyRoot
  public var bloom = Bloom()
  public var difficulty = U256.zero
  public var number: UInt64 = 0
  public var gasLimit: UInt64 = 0
  public var gasUsed: UInt64 = 0
  /// Seconds since 1970.
  public var timestamp: UInt64 = 0
  public var extraData: [UInt8] = []
  /// The randomness of the beacon chain, since the Merge.
  public var mixHash = Digest(.zero)
  public var nonce: UInt64 = 0
  /// London.
  public var baseFee: U256?
  /// Shanghai.
  public var withdrawalsRoot: Digest?
  /// Cancun, the next three.
  public var blobGasUsed: UInt64?
  public var excessBlobGas: UInt64?
  public var parentBeaconBlockRoot: Digest?
  /// Prague.
  public var requestsHash: Digest?

  public init() {}

  /// keccak(rlp([])).
  public static let emptyOmmersHash = Keccak256.hash([0xC0])

  public var hash: Digest { Keccak256.hash(encoded) }

  public var encoded: [UInt8] {
    var encoder = RLP.Encoder()
    encode(to: &encoder)
    return encoder.bytes
  }

  public func encode(to encoder: inout RLP.Encoder) {
    encoder.list { list in
      list.append(parentHash)
      list.append(ommersHash)
      list.append(beneficiary)
      list.append(stateRoot)
      list.append(transactionsRoot)
      list.append(receiptsRoot)
      list.append(bloom.bytes)
      list.append(difficulty)
      list.append(number)
      list.append(gasLimit)
      list.append(gasUsed)
      list.append(timestamp)
      list.append(extraData)
      list.append(mixHash)
      list.append((0..<8).map { UInt8(truncatingIfNeeded: nonce >> UInt64(56 - 8 * $0)) })
      if let baseFee { list.append(baseFee) }
      if let withdrawalsRoot { list.append(withdrawalsRoot) }
      if let blobGasUsed { list.append(blobGasUsed) }
      if let excessBlobGas { list.append(excessBlobGas) }
      if let parentBeaconBlockRoot { list.append(parentBeaconBlockRoot) }
      if let requestsHash { list.append(requestsHash) }
    }
  }

  /// Takes a header off a list. Which of the late fields are there is for the fork to judge.
  public init(_ reader: inout RLP.Reader) throws(RLP.Malformed) {
    var list = try reader.list()
    parentHash = try list.digest()
    ommersHash = try list.digest()
    beneficiary = try list.address()
    stateRoot = try list.digest()
    transactionsRoot = try list.digest()
    receiptsRoot = try list.digest()
    let bits = try list.bytes()
    guard let bloom = Bloom(bits) else {
      throw .wrongSize(expected: Bloom.byteCount, actual: bits.count)
    }
    self.bloom = bloom
    difficulty = try list.u256()
    number = try list.uint64()
    gasLimit = try list.uint64()
    gasUsed = try list.uint64()
    timestamp = try list.uint64()
    extraData = try list.bytes()
    mixHash = try list.digest()
    let nonceBytes = try list.bytes()
    guard nonceBytes.count == 8 else { throw .wrongSize(expected: 8, actual: nonceBytes.count) }
    nonce = nonceBytes.reduce(0) { $0 << 8 | UInt64($1) }
    if !list.isAtEnd { baseFee = try list.u256() }
    if !list.isAtEnd { withdrawalsRoot = try list.digest() }
    if !list.isAtEnd { blobGasUsed = try list.uint64() }
    if !list.isAtEnd { excessBlobGas = try list.uint64() }
    if !list.isAtEnd { parentBeaconBlockRoot = try list.digest() }
    if !list.isAtEnd { requestsHash = try list.digest() }
    try list.end()
  }
}
