public import EVM
public import Primitives

/// What blocks cost lately.
public struct FeeHistory: Sendable {
  /// The number of the first block.
  public let oldest: UInt64
  /// Wei a gas: one for each block, and the one after the last.
  public let baseFees: [U256]
  public let blobBaseFees: [U256]
  /// For each block the part of its gas limit that was used.
  public let gasUsedRatios: [Double]
  public let blobGasUsedRatios: [Double]
  /// For each block the tips at the percentiles of its gas, wei a gas; empty where none were asked for.
  public let rewards: [[U256]]
}

extension Node {
  private static let tipBlocks: UInt64 = 20
  private static let tipPercentile = 60
  private static let percentilesMax = 100

  /// Fees of up to `count` blocks up to `newest`. `percentiles` ascend from 0 to 100.
  public func feeHistory(
    count: UInt64, newest reference: BlockReference, percentiles: [Double] = []
  ) throws(NodeFailure) -> FeeHistory {
    guard percentiles.count <= Self.percentilesMax else {
      throw .limit(.rewardPercentiles, most: UInt64(Self.percentilesMax))
    }
    let newest = try requiredBlock(reference)
    let oldest = min(oldestBlock, newest.number)
    let most = min(count, configuration.queries.feeHistoryMax, newest.number - oldest + 1)
    guard most > 0 else {
      return FeeHistory(
        oldest: 0, baseFees: [], blobBaseFees: [], gasUsedRatios: [], blobGasUsedRatios: [],
        rewards: [])
    }
    var blocks: [SealedBlock] = []
    for number in (newest.number + 1 - most)...newest.number {
      blocks.append(
        number == newest.number ? newest : try requiredBlock(.number(number)))
    }
    let next = FeeMarket.baseFee(after: newest.header)
    return FeeHistory(
      oldest: blocks[0].number, baseFees: blocks.map { $0.header.baseFee ?? .zero } + [next],
      blobBaseFees: blocks.map { blobBaseFee(of: $0.header) } + [nextBlobBaseFee(newest.header)],
      gasUsedRatios: blocks.map { ratio($0.header.gasUsed, $0.header.gasLimit) },
      blobGasUsedRatios: blocks.map { block in
        let blobs = rules.blobs(of: fork(of: block.header))
        return ratio(block.header.blobGasUsed ?? 0, blobs.max &* BlobParameters.gasPerBlob)
      },
      rewards: percentiles.isEmpty ? [] : blocks.map { $0.tips(at: percentiles) })
  }

  private func ratio(_ part: UInt64, _ whole: UInt64) -> Double {
    whole == 0 ? 0 : Double(part) / Double(whole)
  }

  func fork(of header: Header) -> Fork {
    rules.fork(number: header.number, timestamp: header.timestamp)
  }

  /// Wei a blob gas in a block; zero before Cancun.
  public func blobBaseFee(of header: Header) -> U256 {
    guard let excess = header.excessBlobGas else { return .zero }
    return rules.blobs(of: fork(of: header)).baseFee(excessBlobGas: excess)
  }

  private func nextBlobBaseFee(_ header: Header) -> U256 {
    guard header.excessBlobGas != nil else { return .zero }
    let fork = fork(of: header)
    let blobs = rules.blobs(of: fork)
    return blobs.baseFee(
      excessBlobGas: FeeMarket.excessBlobGas(after: header, fork: fork, blobs: blobs))
  }

  /// Wei a gas over the base fee that recent blocks took; at least what the pool asks for.
  public func suggestedTip() throws(NodeFailure) -> U256 {
    var tips: [U256] = []
    var number = head.number
    for _ in 0..<Self.tipBlocks {
      guard number > oldestBlock else { break }
      if let block = try block(.number(number)) {
        tips += block.transactions.prefix(256).compactMap {
          $0.gasPrice.subtracting(block.header.baseFee ?? .zero)
        }.sorted().prefix(3)
      }
      number -= 1
    }
    let floor = configuration.pool.tipMin
    guard !tips.isEmpty else { return max(floor, U256(1_000_000_000)) }
    tips.sort()
    return max(floor, tips[(tips.count - 1) * Self.tipPercentile / 100])
  }

  /// Wei a gas that a transaction of type 0 should offer now.
  public func suggestedGasPrice() throws(NodeFailure) -> U256 {
    try suggestedTip() &+ nextBaseFee
  }
}

extension SealedBlock {
  /// The tips below which the given shares of the block's gas were paid; zeros for an empty block.
  func tips(at percentiles: [Double]) -> [U256] {
    let fee = header.baseFee ?? .zero
    let sorted = transactions.map {
      (tip: $0.gasPrice.subtracting(fee) ?? .zero, gas: $0.gasUsed)
    }.sorted { $0.tip < $1.tip }
    return percentiles.map { percentile in
      guard var tip = sorted.first?.tip else { return .zero }
      let threshold = Double(header.gasUsed) * percentile / 100
      var sum = 0.0
      for entry in sorted {
        tip = entry.tip
        sum += Double(entry.gas)
        if sum >= threshold { break }
      }
      return tip
    }
  }
}
