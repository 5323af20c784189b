public import EVM
public import Primitives

/// Why the node has no answer.
public enum NodeFailure: Error, Hashable, Sendable {
  /// No such block in the chain.
  case unknownBlock(BlockReference)
  case unknownTransaction(Digest)
  /// The block is there no more, or its state: history goes back to `oldest`.
  case pruned(BlockReference, oldest: UInt64)
  /// More than the limits allow: what, and how much.
  case limit(Limit, most: UInt64)
  /// A transaction that no block could have.
  case invalid(InvalidTransaction)
  /// A call that cannot run, as the transaction that it would be.
  case rejectedCall(InvalidTransaction, Transaction, sender: Address)
  case invalidBlock(InvalidBlock)
  /// An override that contradicts itself or the chain.
  case badOverride(String)
  /// What execution said: reverted with its output, or halted.
  case failed(Outcome.Status, output: [UInt8])
  case store(StoreFailure)
  /// The node was closed.
  case closed

  public enum Limit: String, Sendable {
    case logBlocks, logs, filterAlternatives, feeHistory, simulatedBlocks, rewardPercentiles
  }
}

/// What is wrong with a chain's files.
public enum StoreFailure: Error, Hashable, Sendable {
  /// Bytes of a file are not what was written.
  case damaged(file: String, offset: UInt64, reason: String)
  /// A later program made the folder.
  case newerFormat(file: String, found: UInt64, supported: UInt64)
  /// The folder belongs to another chain.
  case otherGenesis(found: Digest, expected: Digest)
  /// Another process has it open.
  case inUse(folder: String)
  /// The system refused something.
  case system(String)
}

extension NodeFailure: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownBlock(let reference): "no block \(reference)"
    case .unknownTransaction(let hash): "no transaction 0x\(hash)"
    case .pruned(let reference, let oldest):
      "block \(reference) is pruned; history goes back to block \(oldest)"
    case .limit(let limit, let most): "more than \(most) (\(limit.rawValue))"
    case .invalid(let reason), .rejectedCall(let reason, _, _): "\(reason)"
    case .invalidBlock(let reason): "\(reason)"
    case .badOverride(let reason): reason
    case .failed(let status, _): "execution \(status)"
    case .store(let failure): failure.description
    case .closed: "the node is closed"
    }
  }
}

extension StoreFailure: CustomStringConvertible {
  public var description: String {
    switch self {
    case .damaged(let file, let offset, let reason):
      "\(file) is damaged at byte \(offset): \(reason)"
    case .newerFormat(let file, let found, let supported):
      "\(file) has format \(found), and this program knows formats up to \(supported)"
    case .otherGenesis(let found, let expected):
      "the folder belongs to the chain with genesis 0x\(found), not 0x\(expected)"
    case .inUse(let folder): "another process has \(folder) open"
    case .system(let reason): reason
    }
  }
}

extension BlockReference: CustomStringConvertible {
  public var description: String {
    switch self {
    case .number(let number): "\(number)"
    case .hash(let hash): "0x\(hash)"
    case .earliest: "earliest"
    case .latest: "latest"
    case .safe: "safe"
    case .finalized: "finalized"
    case .pending: "pending"
    }
  }
}
