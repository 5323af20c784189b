internal import Chain
internal import EVM
internal import JSONTree
internal import Primitives

extension [Address: AccountOverride] {
  init(json: JSON) throws(BadValue) {
    self = [:]
    guard let members = json.members else {
      throw BadValue.type(json, "override.StateOverride")
    }
    for member in members {
      self[try JSON.string(member.key).asAddress()] = try AccountOverride(member.value)
    }
  }
}

extension AccountOverride {
  init(_ json: JSON) throws(BadValue) {
    self.init()
    nonce = try json.optional("nonce") { (value) throws(BadValue) in try value.asQuantity() }
    balance = try json.optional("balance") { (value) throws(BadValue) in
      try value.asBigQuantity()
    }
    code = try json.optional("code") { (value) throws(BadValue) in try value.asBytes() }
    state = try json.optional("state") { (value) throws(BadValue) in try value.asSlots() }
    stateDiff = try json.optional("stateDiff") { (value) throws(BadValue) in
      try value.asSlots()
    }
    movesPrecompileTo =
      try json.optional("movePrecompileToAddress") { (value) throws(BadValue) in
        try value.asAddress()
      }
  }
}

extension JSON {
  fileprivate func asSlots() throws(BadValue) -> [U256: U256] {
    guard let members else { throw BadValue.type(self, "map[common.Hash]common.Hash") }
    var slots: [U256: U256] = [:]
    for member in members {
      slots[try JSON.string(member.key).asDigest().word] = try member.value.asDigest().word
    }
    return slots
  }

  func asWithdrawal() throws(BadValue) -> Withdrawal {
    let number = { (value: JSON) throws(BadValue) in try value.asQuantity() }
    guard let address = self["address"] else { throw BadValue("a withdrawal needs an address") }
    return Withdrawal(
      index: try optional("index", number) ?? 0,
      validatorIndex: try optional("validatorIndex", number) ?? 0,
      address: try address.asAddress(), amount: try optional("amount", number) ?? 0)
  }
}

extension BlockOverrides {
  init(_ json: JSON) throws(BadValue) {
    self.init()
    guard json.members != nil else { throw BadValue.type(json, "override.BlockOverrides") }
    let number = { (value: JSON) throws(BadValue) in try value.asQuantity() }
    let wei = { (value: JSON) throws(BadValue) in try value.asBigQuantity() }
    self.number = try json.optional("number", number)
    timestamp = try json.optional("time", number)
    gasLimit = try json.optional("gasLimit", number)
    beneficiary = try json.first(of: "feeRecipient", "coinbase") { (value) throws(BadValue) in
      try value.asAddress()
    }
    randomness = try json.optional("prevRandao") { (value) throws(BadValue) in
      try value.asDigest()
    }
    baseFee = try json.first(of: "baseFeePerGas", "baseFee", read: wei)
    blobBaseFee = try json.optional("blobBaseFee", wei)
    beaconRoot = try json.optional("beaconRoot") { (value) throws(BadValue) in
      try value.asDigest()
    }
    withdrawals = try json.optional("withdrawals") { (value) throws(BadValue) in
      try value.list("types.Withdrawals") { (item) throws(BadValue) in try item.asWithdrawal() }
    }
  }
}
