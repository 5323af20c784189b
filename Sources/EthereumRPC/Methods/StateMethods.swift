internal import Chain
internal import EVM
internal import JSONTree
internal import Primitives

/// Accounts and their storage.
enum StateMethods {
  static let all: [String: EthereumAPI.Method] = [
    "eth_getBalance": { (api, parameters) throws(RPCFailure) in
      let address = try parameters.address(0)
      let state = try api.state(try parameters.block(1))
      return .quantity(
        try read { () throws(StateFailure) in try state.account(address) }?.balance ?? .zero)
    },
    "eth_getTransactionCount": { (api, parameters) throws(RPCFailure) in
      let address = try parameters.address(0)
      let reference = try parameters.block(1)
      if case .pending = reference {
        return .quantity(
          try api.ask { (node) throws(NodeFailure) in try node.nextNonce(of: address) })
      }
      let state = try api.state(reference)
      return .quantity(
        try read { () throws(StateFailure) in try state.account(address) }?.nonce ?? 0)
    },
    "eth_getCode": { (api, parameters) throws(RPCFailure) in
      let address = try parameters.address(0)
      let state = try api.state(try parameters.block(1))
      return .bytes(try read { () throws(StateFailure) in try state.code(address) })
    },
    "eth_getStorageAt": { (api, parameters) throws(RPCFailure) in
      let address = try parameters.address(0)
      let slot = try storageKey(try parameters.required(1))
      let state = try api.state(try parameters.block(2))
      return .word(try read { () throws(StateFailure) in try state.storage(address, at: slot) })
    },
    "eth_getStorageValues": { (api, parameters) throws(RPCFailure) in
      try storageValues(api, parameters)
    },
    "eth_getProof": { (api, parameters) throws(RPCFailure) in try proof(api, parameters) },
  ]

  static func read<Value>(
    _ body: () throws(StateFailure) -> Value
  ) throws(RPCFailure) -> Value {
    do throws(StateFailure) {
      return try body()
    } catch {
      throw RPCFailure(RPCFailure.internalError, error.reason)
    }
  }

  private static func storageKey(_ json: JSON) throws(RPCFailure) -> U256 {
    do throws(BadValue) {
      return try json.asWord()
    } catch {
      throw .invalid(error.reason)
    }
  }

  private static func storageValues(
    _ api: EthereumAPI, _ parameters: Parameters
  ) throws(RPCFailure) -> JSON {
    let wanted = try parameters.value(0) { (value) throws(BadValue) in
      guard let members = value.members else {
        throw BadValue.type(value, "map[common.Address][]common.Hash")
      }
      var wanted: [(Address, [U256])] = []
      for member in members {
        let keys = try member.value.list("[]common.Hash") { (key) throws(BadValue) in
          try key.asDigest().word
        }
        wanted.append((try JSON.string(member.key).asAddress(), keys))
      }
      return wanted
    }
    let count = wanted.reduce(0) { $0 + $1.1.count }
    guard count > 0 else { throw .invalid("empty request") }
    guard count <= api.limits.storageValuesMax else {
      throw .invalid("too many slots (max \(api.limits.storageValuesMax))")
    }
    let state = try api.state(try parameters.block(1))
    var result: [JSON.Member] = []
    for (address, keys) in wanted {
      var values: [JSON] = []
      for key in keys {
        values.append(
          .word(try read { () throws(StateFailure) in try state.storage(address, at: key) }))
      }
      result.append(JSON.Member(Hex.encode(address.bytes, prefix: true), .array(values)))
    }
    return .object(result)
  }

  private static func proof(
    _ api: EthereumAPI, _ parameters: Parameters
  ) throws(RPCFailure) -> JSON {
    let address = try parameters.address(0)
    let keys = try parameters.value(1) { (value) throws(BadValue) in
      try value.list("[]string") { (key) throws(BadValue) in
        (slot: try key.asWord(), text: key.string ?? "")
      }
    }
    guard keys.count <= api.limits.proofKeysMax else {
      throw .invalid("too many keys (max \(api.limits.proofKeysMax))")
    }
    let state = try api.state(try parameters.block(2))
    let proof = try read { () throws(StateFailure) in
      try state.proof(of: address, slots: keys.map { $0.slot })
    }
    let storage = zip(keys, proof.slots).map { key, slot -> JSON in
      // What came as a whole word goes back as one.
      let name: JSON = key.text.utf8.count == 66 ? .word(key.slot) : .quantity(key.slot)
      return [
        "key": name, "value": .quantity(slot.value),
        "proof": .array(slot.nodes.map { .bytes($0) }),
      ]
    }
    return [
      "address": .address(address), "accountProof": .array(proof.nodes.map { .bytes($0) }),
      "balance": .quantity(proof.account.balance), "codeHash": .digest(proof.account.codeHash),
      "nonce": .quantity(proof.account.nonce), "storageHash": .digest(proof.storageRoot),
      "storageProof": .array(storage),
    ]
  }
}
