public import EVM
public import Primitives

/// Which logs are wanted: of any of some addresses, with topics out of a choice at each position.
public struct LogFilter: Hashable, Sendable {
  /// Empty for any.
  public var addresses: [Address]
  /// At each position the topics that are wanted; empty for any.
  public var topics: [[Digest]]

  public init(addresses: [Address] = [], topics: [[Digest]] = []) {
    self.addresses = addresses
    self.topics = topics
  }

  public func matches(_ log: Log) -> Bool {
    guard addresses.isEmpty || addresses.contains(log.address), topics.count <= log.topics.count
    else { return false }
    return zip(topics, log.topics).allSatisfy { wanted, topic in
      wanted.isEmpty || wanted.contains(topic)
    }
  }

  /// False only when no log under a bloom filter matches.
  func mayMatch(_ bloom: Bloom) -> Bool {
    guard addresses.isEmpty || addresses.contains(where: { bloom.mayContain($0.bytes) }) else {
      return false
    }
    return topics.allSatisfy { wanted in
      wanted.isEmpty || wanted.contains { bloom.mayContain($0.array) }
    }
  }
}

/// A log and where it is.
public struct FoundLog: Sendable {
  public let log: Log
  public let blockNumber: UInt64
  public let blockHash: Digest
  /// Of the block, seconds since 1970.
  public let timestamp: UInt64
  public let transactionHash: Digest
  public let transactionIndex: Int
  /// In the block.
  public let logIndex: Int

  public init(
    log: Log, blockNumber: UInt64, blockHash: Digest, timestamp: UInt64, transactionHash: Digest,
    transactionIndex: Int, logIndex: Int
  ) {
    self.log = log
    self.blockNumber = blockNumber
    self.blockHash = blockHash
    self.timestamp = timestamp
    self.transactionHash = transactionHash
    self.transactionIndex = transactionIndex
    self.logIndex = logIndex
  }
}

extension SealedBlock {
  /// The block's logs that a filter wants.
  public func logs(_ filter: LogFilter) -> [FoundLog] {
    guard filter.mayMatch(header.bloom) else { return [] }
    return transactions.flatMap { transaction in
      transaction.receipt.logs.enumerated().compactMap { index, log in
        guard filter.matches(log) else { return nil }
        return FoundLog(
          log: log, blockNumber: number, blockHash: hash, timestamp: header.timestamp,
          transactionHash: transaction.hash, transactionIndex: transaction.index,
          logIndex: transaction.firstLogIndex + index)
      }
    }
  }
}

extension Node {
  /// Logs of the blocks from one number to another, both included.
  public func logs(
    _ filter: LogFilter, from first: UInt64, to last: UInt64
  ) throws(NodeFailure) -> [FoundLog] {
    let limits = configuration.queries
    let choices = [filter.addresses.count] + filter.topics.map(\.count)
    guard choices.allSatisfy({ $0 <= limits.filterAlternativesMax }), filter.topics.count <= 4
    else {
      throw .limit(.filterAlternatives, most: UInt64(limits.filterAlternativesMax))
    }
    let last = min(last, head.number)
    guard first <= last else { return [] }
    guard last - first < limits.logBlocksMax else {
      throw .limit(.logBlocks, most: limits.logBlocksMax)
    }
    guard first >= oldestBlock else { throw .pruned(.number(first), oldest: oldestBlock) }
    var found: [FoundLog] = []
    for number in first...last {
      guard try mayHaveLogs(filter, number), let block = try block(.number(number)) else {
        continue
      }
      found += block.logs(filter)
      guard found.count <= limits.logsMax else {
        throw .limit(.logs, most: UInt64(limits.logsMax))
      }
    }
    return found
  }

  private func mayHaveLogs(
    _ filter: LogFilter, _ number: UInt64
  ) throws(NodeFailure) -> Bool {
    try stored { () throws(StoreFailure) in try index.bloom(number) }.map(filter.mayMatch) ?? false
  }

  /// Logs of one block.
  public func logs(
    _ filter: LogFilter, in reference: BlockReference
  ) throws(NodeFailure) -> [FoundLog] {
    try requiredBlock(reference).logs(filter)
  }
}
