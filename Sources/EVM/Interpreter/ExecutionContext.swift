public import Primitives

/// The block that transactions run in.
public struct BlockContext: Sendable {
  public var fork: Fork
  public var chainID: UInt64
  public var number: UInt64
  public var timestamp: UInt64
  public var coinbase: Address
  public var gasLimit: UInt64
  /// Wei a gas; zero before London.
  public var baseFee: U256
  /// The difficulty, and since the Merge the randomness of the beacon chain.
  public var randomness: U256
  public var excessBlobGas: UInt64
  public var blobs: BlobParameters
  /// Whether the precompiled contracts of the disputes are there, which Ethereum does not have.
  public var hasDisputeContracts: Bool
  /// Contracts of the rules that are elsewhere than the rules say: for calls that only want to know
  /// what would happen.
  public var precompileMoves = PrecompileMoves()
  /// Wei a blob gas instead of what the excess makes of it: for calls that nobody signed.
  public var blobBaseFee: U256?

  public init(
    fork: Fork, chainID: UInt64 = 1, number: UInt64, timestamp: UInt64, coinbase: Address,
    gasLimit: UInt64, baseFee: U256 = .zero, randomness: U256 = .zero, excessBlobGas: UInt64 = 0,
    blobs: BlobParameters? = nil, hasDisputeContracts: Bool = false
  ) {
    self.fork = fork
    self.chainID = chainID
    self.number = number
    self.timestamp = timestamp
    self.coinbase = coinbase
    self.gasLimit = gasLimit
    self.baseFee = baseFee
    self.randomness = randomness
    self.excessBlobGas = excessBlobGas
    self.blobs = blobs ?? BlobParameters(fork)
    self.hasDisputeContracts = hasDisputeContracts
  }
}

/// The blob market of a fork (EIP-4844, EIP-7691, EIP-7892).
public struct BlobParameters: Hashable, Sendable {
  /// Gas of one blob.
  public static let gasPerBlob: UInt64 = 1 << 17
  /// Blobs in one transaction (EIP-7594).
  public static let transactionMax = 6

  /// Blobs a block.
  public var target: UInt64
  public var max: UInt64
  public var baseFeeUpdateFraction: UInt64

  public init(target: UInt64, max: UInt64, baseFeeUpdateFraction: UInt64) {
    self.target = target
    self.max = max
    self.baseFeeUpdateFraction = baseFeeUpdateFraction
  }

  public init(_ fork: Fork) {
    switch fork {
    case ..<(.cancun): self.init(target: 0, max: 0, baseFeeUpdateFraction: 3_338_477)
    case .cancun: self.init(target: 3, max: 6, baseFeeUpdateFraction: 3_338_477)
    case .bpo1: self.init(target: 10, max: 15, baseFeeUpdateFraction: 8_346_193)
    case .bpo2: self.init(target: 14, max: 21, baseFeeUpdateFraction: 11_684_671)
    default: self.init(target: 6, max: 9, baseFeeUpdateFraction: 5_007_716)
    }
  }

  /// Wei a blob gas: e^(excess / fraction) in integers (EIP-4844, `fake_exponential`).
  ///
  /// The largest number where the true one needs more than 256 bits.
  public func baseFee(excessBlobGas: UInt64) -> U256 {
    var sum = U256.zero
    var term = U256(baseFeeUpdateFraction)
    var index: UInt64 = 1
    while !term.isZero {
      guard let next = sum.adding(term), let product = term.multiplied(by: excessBlobGas) else {
        return .max
      }
      sum = next
      let (divisor, overflow) = baseFeeUpdateFraction.multipliedReportingOverflow(by: index)
      if overflow { break }
      term = product / U256(divisor)
      index += 1
    }
    return sum / U256(baseFeeUpdateFraction)
  }
}

/// The transaction that frames run for.
struct TransactionContext {
  var origin: Address
  var gasPrice: U256
  var blobHashes: [Digest]
}
