internal import Chain
internal import EVM
internal import JSONTree
internal import Primitives

/// Blocks and what is in them as other nodes take it.
enum RawMethods {
  static let all: [String: EthereumAPI.Method] = [
    "debug_getRawBlock": { (api, parameters) throws(RPCFailure) in
      .bytes(try api.block(try parameters.requiredBlock(0, hashes: true)).encoded)
    },
    "debug_getRawHeader": { (api, parameters) throws(RPCFailure) in
      .bytes(try api.block(try parameters.requiredBlock(0, hashes: true)).header.encoded)
    },
    "debug_getRawReceipts": { (api, parameters) throws(RPCFailure) in
      let block = try api.block(try parameters.requiredBlock(0, hashes: true))
      return .array(block.transactions.map { .bytes($0.receipt.encoded) })
    },
    "debug_getRawTransaction": { (api, parameters) throws(RPCFailure) in
      try TransactionMethods.raw(api, try parameters.digest(0)) ?? .null
    },
    // Blocks that were refused are not kept.
    "debug_getBadBlocks": { (_, _) throws(RPCFailure) in [] },
  ]
}
