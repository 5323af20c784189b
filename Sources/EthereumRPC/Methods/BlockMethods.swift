internal import Chain
internal import EVM
internal import JSONTree
internal import Primitives

/// Blocks and what is in them.
enum BlockMethods {
  static let all: [String: EthereumAPI.Method] = [
    "eth_blockNumber": { (api, _) throws(RPCFailure) in .quantity(api.node.head.number) },
    "eth_getBlockByNumber": { (api, parameters) throws(RPCFailure) in
      try block(api, try parameters.requiredBlock(0), try parameters.flag(1) ?? false)
    },
    "eth_getBlockByHash": { (api, parameters) throws(RPCFailure) in
      try block(api, .hash(try parameters.digest(0)), try parameters.flag(1) ?? false)
    },
    "eth_getHeaderByNumber": { (api, parameters) throws(RPCFailure) in
      try found(api, try parameters.requiredBlock(0)).map { JSON($0.header, hash: $0.hash) }
        ?? .null
    },
    "eth_getHeaderByHash": { (api, parameters) throws(RPCFailure) in
      try found(api, .hash(try parameters.digest(0))).map { JSON($0.header, hash: $0.hash) }
        ?? .null
    },
    "eth_getBlockTransactionCountByNumber": { (api, parameters) throws(RPCFailure) in
      try count(api, try parameters.requiredBlock(0))
    },
    "eth_getBlockTransactionCountByHash": { (api, parameters) throws(RPCFailure) in
      try count(api, .hash(try parameters.digest(0)))
    },
    "eth_getUncleCountByBlockNumber": { (api, parameters) throws(RPCFailure) in
      try found(api, try parameters.requiredBlock(0)).map { .quantity($0.ommers.count) } ?? .null
    },
    "eth_getUncleCountByBlockHash": { (api, parameters) throws(RPCFailure) in
      try found(api, .hash(try parameters.digest(0))).map { .quantity($0.ommers.count) } ?? .null
    },
    "eth_getUncleByBlockNumberAndIndex": { (api, parameters) throws(RPCFailure) in
      try ommer(api, try parameters.requiredBlock(0), try parameters.quantity(1))
    },
    "eth_getUncleByBlockHashAndIndex": { (api, parameters) throws(RPCFailure) in
      try ommer(api, .hash(try parameters.digest(0)), try parameters.quantity(1))
    },
    "eth_getBlockReceipts": { (api, parameters) throws(RPCFailure) in
      guard let block = try found(api, try parameters.requiredBlock(0, hashes: true)) else {
        return .null
      }
      return .array(block.transactions.map { JSON(receiptOf: $0) })
    },
  ]

  /// A block, or nil where there is none.
  static func found(
    _ api: EthereumAPI, _ reference: BlockReference
  ) throws(RPCFailure) -> SealedBlock? {
    try api.ask { (node) throws(NodeFailure) in try node.block(reference) }
  }

  private static func block(
    _ api: EthereumAPI, _ reference: BlockReference, _ isFull: Bool
  ) throws(RPCFailure) -> JSON {
    try found(api, reference).map { JSON($0, fullTransactions: isFull) } ?? .null
  }

  private static func count(
    _ api: EthereumAPI, _ reference: BlockReference
  ) throws(RPCFailure) -> JSON {
    try found(api, reference).map { .quantity($0.transactions.count) } ?? .null
  }

  private static func ommer(
    _ api: EthereumAPI, _ reference: BlockReference, _ index: UInt64
  ) throws(RPCFailure) -> JSON {
    guard let block = try found(api, reference), index < UInt64(block.ommers.count) else {
      return .null
    }
    let header = block.ommers[Int(index)]
    return JSON(
      header, hash: header.hash, sizeBytes: header.encoded.count, transactions: [], ommers: [],
      withdrawals: nil)
  }
}
