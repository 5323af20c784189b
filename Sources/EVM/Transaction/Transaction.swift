public import Primitives

/// A signed transaction of types 0 to 4 (EIP-155, 2930, 1559, 4844, 7702).
///
/// One flat value: fields that a type does not have are empty or zero.
public struct Transaction: Hashable, Sendable {
  public enum Kind: UInt8, Sendable, CaseIterable {
    case legacy = 0
    case accessList = 1
    case dynamicFee = 2
    case blob = 3
    case setCode = 4

    /// The first fork that has it.
    public var since: Fork {
      switch self {
      case .legacy: .frontier
      case .accessList: .berlin
      case .dynamicFee: .london
      case .blob: .cancun
      case .setCode: .prague
      }
    }
  }

  public struct AccessListEntry: Hashable, Sendable {
    public var address: Address
    public var slots: [U256]

    public init(address: Address, slots: [U256]) {
      self.address = address
      self.slots = slots
    }
  }

  public struct Signature: Hashable, Sendable {
    public var isOdd: Bool
    public var r: U256
    public var s: U256

    public init(isOdd: Bool, r: U256, s: U256) {
      self.isOdd = isOdd
      self.r = r
      self.s = s
    }
  }

  public var kind: Kind
  /// Nil for a legacy transaction without replay protection.
  public var chainID: UInt64?
  public var nonce: UInt64
  /// Wei a gas; the same as `maxFeePerGas` for types 0 and 1.
  public var maxPriorityFeePerGas: U256
  /// Wei a gas; the gas price of types 0 and 1.
  public var maxFeePerGas: U256
  public var gasLimit: UInt64
  /// Nil for a creation.
  public var to: Address?
  /// Wei.
  public var value: U256
  public var data: [UInt8]
  public var accessList: [AccessListEntry]
  /// Wei a blob gas.
  public var maxFeePerBlobGas: U256
  public var blobHashes: [Digest]
  public var authorizations: [Authorization]
  public var signature: Signature

  public init(
    kind: Kind = .legacy, chainID: UInt64? = nil, nonce: UInt64 = 0,
    maxPriorityFeePerGas: U256? = nil, maxFeePerGas: U256 = .zero, gasLimit: UInt64 = 0,
    to: Address? = nil, value: U256 = .zero, data: [UInt8] = [],
    accessList: [AccessListEntry] = [], maxFeePerBlobGas: U256 = .zero, blobHashes: [Digest] = [],
    authorizations: [Authorization] = [],
    signature: Signature = Signature(isOdd: false, r: .zero, s: .zero)
  ) {
    self.kind = kind
    self.chainID = chainID
    self.nonce = nonce
    self.maxPriorityFeePerGas = maxPriorityFeePerGas ?? maxFeePerGas
    self.maxFeePerGas = maxFeePerGas
    self.gasLimit = gasLimit
    self.to = to
    self.value = value
    self.data = data
    self.accessList = accessList
    self.maxFeePerBlobGas = maxFeePerBlobGas
    self.blobHashes = blobHashes
    self.authorizations = authorizations
    self.signature = signature
  }

  /// Gas of its blobs.
  public var blobGas: UInt64 { UInt64(blobHashes.count) &* BlobParameters.gasPerBlob }

  /// What names it: the hash of its encoding.
  public var hash: Digest { Keccak256.hash(encoded) }

  /// Wei a gas that it pays over a base fee, at most `maxPriorityFeePerGas`.
  public func effectiveGasPrice(baseFee: U256) -> U256 {
    guard let sum = baseFee.adding(maxPriorityFeePerGas) else { return maxFeePerGas }
    return min(sum, maxFeePerGas)
  }
}

/// Leave of an account to run another's code (EIP-7702).
public struct Authorization: Hashable, Sendable {
  /// Zero for any chain.
  public var chainID: U256
  public var address: Address
  public var nonce: UInt64
  /// 0 or 1 in a signature that means something.
  public var parity: UInt8
  public var r: U256
  public var s: U256

  public init(
    chainID: U256, address: Address, nonce: UInt64, parity: UInt8, r: U256, s: U256
  ) {
    self.chainID = chainID
    self.address = address
    self.nonce = nonce
    self.parity = parity
    self.r = r
    self.s = s
  }

  /// What the authority signs: keccak(0x05 ‖ rlp([chain id, address, nonce])).
  public var signingHash: Digest {
    var encoder = RLP.Encoder()
    encoder.list { list in
      list.append(chainID)
      list.append(address)
      list.append(nonce)
    }
    return Keccak256.hash([0x05] + encoder.bytes)
  }
}
