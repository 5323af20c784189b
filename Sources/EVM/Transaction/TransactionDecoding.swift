public import Primitives

extension Transaction {
  /// Why bytes are not a transaction of a fork.
  public enum Malformed: Error, Hashable, Sendable {
    case empty
    case encoding(RLP.Malformed)
    /// A type that no fork has, or a later one only.
    case typeNotSupported(UInt8)
    /// Blobs come with it, which belong to the network and never into a block (EIP-4844).
    case carriesBlobs
    /// `v` says neither a parity nor a chain.
    case signatureValue
    /// `r` or `s` is zero or not below the curve's order, or `s` is in its upper half (EIP-2).
    case signatureRange
    /// EIP-2681.
    case nonceTooLarge
  }

  /// The order of secp256k1.
  public static let curveOrder = U256(
    0xBFD2_5E8C_D036_4141, 0xBAAE_DCE6_AF48_A03B, 0xFFFF_FFFF_FFFF_FFFE, 0xFFFF_FFFF_FFFF_FFFF)
  /// The order's half: EIP-2 allows `s` up to it.
  public static let curveOrderHalf = curveOrder.shiftedRight(by: 1)

  /// Reads a transaction as `fork` allows it.
  public init(decoding bytes: [UInt8], fork: Fork) throws(Malformed) {
    guard let first = bytes.first else { throw .empty }
    if first >= 0x80 {
      do throws(RLP.Malformed) {
        var reader = RLP.Reader(bytes)
        var list = try reader.list()
        try reader.end()
        try self.init(legacy: &list)
        try list.end()
      } catch {
        throw .encoding(error)
      }
      try resolveLegacyChain(fork)
    } else {
      guard let kind = Kind(rawValue: first), kind != .legacy, fork >= kind.since else {
        throw .typeNotSupported(first)
      }
      try self.init(kind: kind, payload: Array(bytes.dropFirst()))
    }
    try checkSignature(fork)
    // A nonce that cannot grow is refused from the start: EIP-2681 holds backwards.
    guard nonce < .max else { throw .nonceTooLarge }
  }

  private init(legacy list: inout RLP.Reader) throws(RLP.Malformed) {
    self.init()
    nonce = try list.uint64()
    maxFeePerGas = try list.u256()
    maxPriorityFeePerGas = maxFeePerGas
    gasLimit = try list.uint64()
    to = try list.addressOrNone()
    value = try list.u256()
    data = try list.bytes()
    // Holds `v` until the fork says what it means.
    chainID = try list.uint64()
    signature.r = try list.u256()
    signature.s = try list.u256()
  }

  /// EIP-155: `v` is 27 or 28, or carries the chain's number.
  private mutating func resolveLegacyChain(_ fork: Fork) throws(Malformed) {
    let v = chainID ?? 0
    switch v {
    case 27, 28:
      chainID = nil
      signature.isOdd = v == 28
    case 35... where fork >= .spuriousDragon:
      chainID = (v - 35) / 2
      signature.isOdd = (v - 35) % 2 == 1
    default: throw .signatureValue
    }
  }

  private init(kind: Kind, payload: [UInt8]) throws(Malformed) {
    self.init(kind: kind)
    var parity: UInt64 = 0
    if kind == .blob && Self.isWrapped(payload) { throw .carriesBlobs }
    do throws(RLP.Malformed) {
      var reader = RLP.Reader(payload)
      var list = try reader.list()
      try reader.end()
      try readFields(&list)
      parity = try list.uint64()
      signature.r = try list.u256()
      signature.s = try list.u256()
      try list.end()
    } catch {
      throw .encoding(error)
    }
    guard parity <= 1 else { throw .signatureValue }
    signature.isOdd = parity == 1
  }

  /// Whether a list comes where the chain's number should: the network's form, rlp([transaction,
  /// blobs, commitments, proofs]).
  private static func isWrapped(_ payload: [UInt8]) -> Bool {
    var reader = RLP.Reader(payload)
    return (try? reader.list())?.isAtList == true
  }

  private mutating func readFields(_ list: inout RLP.Reader) throws(RLP.Malformed) {
    chainID = try list.uint64()
    nonce = try list.uint64()
    if kind.rawValue >= Kind.dynamicFee.rawValue {
      maxPriorityFeePerGas = try list.u256()
      maxFeePerGas = try list.u256()
    } else {
      maxFeePerGas = try list.u256()
      maxPriorityFeePerGas = maxFeePerGas
    }
    gasLimit = try list.uint64()
    to = try list.addressOrNone()
    value = try list.u256()
    data = try list.bytes()
    accessList = try Self.readAccessList(&list)
    if kind == .blob {
      maxFeePerBlobGas = try list.u256()
      var hashes = try list.list()
      while !hashes.isAtEnd { blobHashes.append(try hashes.digest()) }
    }
    if kind == .setCode {
      var items = try list.list()
      while !items.isAtEnd { authorizations.append(try Authorization(&items)) }
    }
  }

  private static func readAccessList(
    _ list: inout RLP.Reader
  ) throws(RLP.Malformed) -> [AccessListEntry] {
    var entries = try list.list()
    var result: [AccessListEntry] = []
    while !entries.isAtEnd {
      var pair = try entries.list()
      let address = try pair.address()
      var slots = try pair.list()
      try pair.end()
      var keys: [U256] = []
      while !slots.isAtEnd { keys.append(try slots.digest().word) }
      result.append(AccessListEntry(address: address, slots: keys))
    }
    return result
  }

  private func checkSignature(_ fork: Fork) throws(Malformed) {
    let (r, s) = (signature.r, signature.s)
    guard !r.isZero, !s.isZero, r < Self.curveOrder, s < Self.curveOrder else {
      throw .signatureRange
    }
    if fork >= .homestead && s > Self.curveOrderHalf { throw .signatureRange }
  }
}

extension Authorization {
  fileprivate init(_ items: inout RLP.Reader) throws(RLP.Malformed) {
    var item = try items.list()
    chainID = try item.u256()
    address = try item.address()
    nonce = try item.uint64()
    let parity = try item.uint64()
    guard parity <= 0xFF else { throw .wrongSize(expected: 1, actual: 8) }
    self.parity = UInt8(parity)
    r = try item.u256()
    s = try item.u256()
    try item.end()
  }
}
