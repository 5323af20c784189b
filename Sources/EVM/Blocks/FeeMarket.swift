public import Primitives

/// How fees follow from the block before.
public enum FeeMarket {
  /// Gwei 1, at London's first block.
  public static let initialBaseFee = U256(1_000_000_000)
  static let elasticity: UInt64 = 2
  private static let changeDenominator: UInt64 = 8
  /// The gas limit moves by less than this part of the parent's.
  static let gasLimitDivisor: UInt64 = 1024
  static let gasLimitMin: UInt64 = 5000
  /// EIP-7918: execution gas that carries a blob.
  private static let blobBaseCost: UInt64 = 1 << 13

  /// The base fee after `parent` (EIP-1559).
  public static func baseFee(after parent: Header) -> U256 {
    guard let fee = parent.baseFee else { return initialBaseFee }
    let target = max(parent.gasLimit / elasticity, 1)
    if parent.gasUsed == target { return fee }
    let distance =
      parent.gasUsed > target ? parent.gasUsed - target : target - parent.gasUsed
    // A fee that overflows here has long been beyond all wei that exist.
    let change = (fee &* U256(distance)) / U256(target) / U256(changeDenominator)
    return parent.gasUsed > target ? fee &+ max(change, .one) : fee.subtracting(change) ?? .zero
  }

  /// The excess blob gas after `parent`, by the parameters of the block that follows (EIP-4844,
  /// EIP-7918).
  public static func excessBlobGas(
    after parent: Header, fork: Fork, blobs: BlobParameters
  ) -> UInt64 {
    let excess = parent.excessBlobGas ?? 0
    let used = parent.blobGasUsed ?? 0
    let (sum, overflow) = excess.addingReportingOverflow(used)
    let target = blobs.target.multipliedReportingOverflow(by: BlobParameters.gasPerBlob)
    guard !overflow, !target.overflow, sum >= target.partialValue else { return 0 }
    if fork >= .osaka, blobs.max > 0, blobs.max >= blobs.target {
      let executionCost = (parent.baseFee ?? .zero).multiplied(by: blobBaseCost) ?? .max
      let blobCost =
        blobs.baseFee(excessBlobGas: excess).multiplied(by: BlobParameters.gasPerBlob) ?? .max
      if executionCost > blobCost {
        let grown = used.multipliedReportingOverflow(by: blobs.max - blobs.target)
        return grown.overflow ? .max : excess &+ grown.partialValue / blobs.max
      }
    }
    return sum - target.partialValue
  }

  /// The gas limit after `parent`'s that is nearest to what a builder aims at.
  public static func gasLimit(after parent: UInt64, target: UInt64) -> UInt64 {
    let step = max(parent / gasLimitDivisor, 1) - 1
    let (most, overflow) = parent.addingReportingOverflow(step)
    let least = max(parent - min(step, parent), gasLimitMin)
    return min(max(target, least), overflow ? .max : max(most, least))
  }

  static func isGasLimit(_ limit: UInt64, allowedAfter parent: UInt64) -> Bool {
    let step = parent / gasLimitDivisor
    let difference = limit > parent ? limit - parent : parent - limit
    return difference < step && limit >= gasLimitMin
  }
}
