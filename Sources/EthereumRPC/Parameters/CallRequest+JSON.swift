internal import Chain
internal import EVM
internal import JSONTree
internal import Primitives

extension CallRequest {
  /// The transaction object of `eth_call` and its like.
  init(_ json: JSON) throws(BadValue) {
    self.init()
    guard json.members != nil else { throw BadValue.type(json, "ethapi.TransactionArgs") }
    let address = { (value: JSON) throws(BadValue) in try value.asAddress() }
    let number = { (value: JSON) throws(BadValue) in try value.asQuantity() }
    let wei = { (value: JSON) throws(BadValue) in try value.asBigQuantity() }
    let bytes = { (value: JSON) throws(BadValue) in try value.asBytes() }
    from = try json.optional("from", address) ?? .zero
    to = try json.optional("to", address)
    gasLimit = try json.first(of: "gas", "gasLimit", read: number)
    gasPrice = try json.optional("gasPrice", wei)
    maxFeePerGas = try json.optional("maxFeePerGas", wei)
    maxPriorityFeePerGas = try json.optional("maxPriorityFeePerGas", wei)
    value = try json.optional("value", wei) ?? .zero
    nonce = try json.optional("nonce", number)
    maxFeePerBlobGas = try json.optional("maxFeePerBlobGas", wei)
    let data = try json.optional("data", bytes)
    let input = try json.optional("input", bytes)
    if let data, let input, data != input {
      throw BadValue(
        "both \"data\" and \"input\" are set and not equal. Please use \"input\" to pass transaction call data"
      )
    }
    self.data = input ?? data ?? []
    if gasPrice != nil, maxFeePerGas != nil || maxPriorityFeePerGas != nil {
      throw BadValue("both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified")
    }
    accessList = try json.optional("accessList") { (list) throws(BadValue) in
      try list.asAccessList()
    }
    blobHashes =
      try json.optional("blobVersionedHashes") { (list) throws(BadValue) in
        try list.list("[]common.Hash") { (hash) throws(BadValue) in try hash.asDigest() }
      } ?? []
    authorizations =
      try json.optional("authorizationList") { (list) throws(BadValue) in
        try list.list("[]types.SetCodeAuthorization") { (item) throws(BadValue) in
          try Authorization(item)
        }
      } ?? []
  }
}

extension JSON {
  func asAccessList() throws(BadValue) -> [Transaction.AccessListEntry] {
    try list("types.AccessList") { (entry) throws(BadValue) in
      guard let address = entry["address"] else {
        throw BadValue("missing required field 'address' for AccessTuple")
      }
      let keys =
        try entry.optional("storageKeys") { (keys) throws(BadValue) in
          try keys.list("[]common.Hash") { (key) throws(BadValue) in try key.asDigest().word }
        } ?? []
      return Transaction.AccessListEntry(address: try address.asAddress(), slots: keys)
    }
  }
}

extension Authorization {
  init(_ json: JSON) throws(BadValue) {
    let wei = { (value: JSON) throws(BadValue) in try value.asBigQuantity() }
    guard let address = json["address"] else {
      throw BadValue("missing required field 'address' for SetCodeAuthorization")
    }
    let parity = try json.first(of: "yParity", "v", read: wei) ?? .zero
    self.init(
      chainID: try json.optional("chainId", wei) ?? .zero, address: try address.asAddress(),
      nonce: try json.optional("nonce") { (value) throws(BadValue) in try value.asQuantity() } ?? 0,
      parity: UInt8(clamping: parity.clamped), r: try json.optional("r", wei) ?? .zero,
      s: try json.optional("s", wei) ?? .zero)
  }
}
