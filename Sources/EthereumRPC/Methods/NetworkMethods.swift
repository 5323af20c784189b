internal import Chain
internal import EVM
internal import JSONTree
internal import Primitives

/// Which chain and which node this is.
enum NetworkMethods {
  static let all: [String: EthereumAPI.Method] = [
    "eth_chainId": { (api, _) throws(RPCFailure) in .quantity(api.node.chainID) },
    "eth_syncing": { (_, _) throws(RPCFailure) in false },
    "eth_coinbase": { (api, _) throws(RPCFailure) in
      .address(api.node.configuration.beneficiary)
    },
    "eth_mining": { (api, _) throws(RPCFailure) in
      .bool(api.node.configuration.sealing != .manual)
    },
    "eth_hashrate": { (_, _) throws(RPCFailure) in "0x0" },
    "eth_protocolVersion": { (_, _) throws(RPCFailure) in "0x44" },
    "eth_config": { (api, _) throws(RPCFailure) in ForkConfiguration(api.node).json },
    "eth_capabilities": { (api, _) throws(RPCFailure) in capabilities(api.node) },
    "net_version": { (api, _) throws(RPCFailure) in .string("\(api.node.chainID)") },
    "net_listening": { (_, _) throws(RPCFailure) in true },
    "net_peerCount": { (_, _) throws(RPCFailure) in "0x0" },
    "web3_clientVersion": { (api, _) throws(RPCFailure) in
      .string(api.configuration.clientVersion)
    },
    "web3_sha3": { (_, parameters) throws(RPCFailure) in
      .digest(Keccak256.hash(try parameters.bytes(0)))
    },
    "rpc_modules": { (api, _) throws(RPCFailure) in
      var modules: JSON = [
        "debug": "1.0", "eth": "1.0", "net": "1.0", "rpc": "1.0", "txpool": "1.0", "web3": "1.0",
      ]
      if api.node.development != nil {
        modules.append("anvil", "1.0")
        modules.append("evm", "1.0")
        modules.append("hardhat", "1.0")
      }
      return modules
    },
  ]

  /// What the node can answer about, from which block on.
  private static func capabilities(_ node: Node) -> JSON {
    let kept: JSON = ["disabled": false, "oldestBlock": .quantity(node.oldestBlock)]
    return [
      "head": ["number": .quantity(node.head.number), "hash": .digest(node.head.hash)],
      "state": kept, "tx": kept, "logs": kept, "receipts": kept, "blocks": kept,
      "stateproofs": kept,
    ]
  }
}
