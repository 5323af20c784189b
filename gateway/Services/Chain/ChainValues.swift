internal import Chain
internal import EVM
internal import Foundation
internal import Primitives
internal import RPC
internal import Schema

// Fixed-size values as the schema carries them, checked at the door.

extension U256 {
  var wire: Data { Data(bytes) }

  /// Up to 32 big-endian bytes; nil for none.
  init?(optional field: String, _ bytes: Data) throws(RPCError) {
    guard !bytes.isEmpty else { return nil }
    guard let value = U256(bigEndian: [UInt8](bytes)) else {
      throw RPCError(chainField: field, "must have at most 32 bytes")
    }
    self = value
  }

  /// 32 bytes.
  init(word field: String, _ bytes: Data) throws(RPCError) {
    guard bytes.count == 32, let value = U256(bigEndian: [UInt8](bytes)) else {
      throw RPCError(chainField: field, "must have 32 bytes")
    }
    self = value
  }
}

extension Digest {
  var wire: Data { Data(array) }

  init(chain field: String, _ bytes: Data) throws(RPCError) {
    self.init(try U256(word: field, bytes))
  }
}

extension Address {
  var wire: Data { Data(bytes) }

  init(chain field: String, _ bytes: Data) throws(RPCError) {
    guard let address = Address([UInt8](bytes)) else {
      throw RPCError(chainField: field, "must have 20 bytes")
    }
    self = address
  }

  init?(optional field: String, _ bytes: Data) throws(RPCError) {
    guard !bytes.isEmpty else { return nil }
    self = try Address(chain: field, bytes)
  }
}

extension Chain.BlockReference {
  init(_ message: Gensyn_Chain_V1.BlockReference, field: String) throws(RPCError) {
    switch message.reference {
    case nil: self = .latest
    case .height(let height)?: self = .number(height)
    case .hash(let hash)?: self = .hash(try Digest(chain: "\(field).hash", hash))
    case .tag(let tag)?:
      switch tag {
      case .unspecified, .latest: self = .latest
      case .safe: self = .safe
      case .finalized: self = .finalized
      case .earliest: self = .earliest
      case .pending: self = .pending
      case .UNRECOGNIZED: throw RPCError(chainField: "\(field).tag", "is not known")
      }
    }
  }
}

extension Chain.LogFilter {
  init(_ message: Gensyn_Chain_V1.LogFilter) throws(RPCError) {
    guard message.topics.count <= 4 else {
      throw RPCError(chainField: "filter.topics", "must be at most four")
    }
    self.init()
    for (index, address) in message.addresses.enumerated() {
      addresses.append(try Address(chain: "filter.addresses[\(index)]", address))
    }
    for (index, choice) in message.topics.enumerated() {
      var wanted: [Digest] = []
      for topic in choice.anyOf {
        wanted.append(try Digest(chain: "filter.topics[\(index)].any_of", topic))
      }
      topics.append(wanted)
    }
  }
}

extension Chain.CallRequest {
  init(_ message: Gensyn_Chain_V1.ContractCall) throws(RPCError) {
    self.init()
    from = try Address(optional: "call.from", message.from) ?? .zero
    to = try Address(optional: "call.to", message.to)
    value = try U256(optional: "call.value_wei", message.valueWei) ?? .zero
    data = [UInt8](message.input)
    if message.gasLimit > 0 { gasLimit = message.gasLimit }
    gasPrice = try U256(optional: "call.gas_price_wei", message.gasPriceWei)
    if !message.accessList.isEmpty { accessList = try Self.accessList(message.accessList) }
    for (index, item) in message.authorizations.enumerated() {
      let field = "call.authorizations[\(index)]"
      let signature = [UInt8](item.signature)
      guard signature.count == 65 else {
        throw RPCError(chainField: "\(field).signature", "must have 65 bytes")
      }
      authorizations.append(
        Authorization(
          chainID: try U256(optional: "\(field).chain_id", item.chainID) ?? .zero,
          address: try Address(chain: "\(field).address", item.address), nonce: item.nonce,
          parity: signature[64], r: U256(bigEndian: Array(signature[..<32])) ?? .zero,
          s: U256(bigEndian: Array(signature[32..<64])) ?? .zero))
    }
  }

  private static func accessList(
    _ entries: [Gensyn_Chain_V1.AccessListEntry]
  ) throws(RPCError) -> [EVM.Transaction.AccessListEntry] {
    var list: [EVM.Transaction.AccessListEntry] = []
    for (index, entry) in entries.enumerated() {
      let field = "call.access_list[\(index)]"
      var slots: [U256] = []
      for key in entry.storageKeys {
        slots.append(try U256(word: "\(field).storage_keys", key))
      }
      list.append(
        .init(address: try Address(chain: "\(field).address", entry.address), slots: slots))
    }
    return list
  }
}

extension [Address: Chain.AccountOverride] {
  init(messages: [Gensyn_Chain_V1.AccountOverride]) throws(RPCError) {
    self = [:]
    for (index, message) in messages.enumerated() {
      let field = "overrides[\(index)]"
      var override = Chain.AccountOverride()
      override.balance = try U256(optional: "\(field).balance_wei", message.balanceWei)
      if message.hasNonce { override.nonce = message.nonce }
      if message.hasCode { override.code = [UInt8](message.code) }
      var slots: [U256: U256] = [:]
      for entry in message.storage {
        slots[try U256(word: "\(field).storage.key", entry.key)] = try U256(
          word: "\(field).storage.value", entry.value)
      }
      if message.clearStorage_p {
        override.state = slots
      } else if !slots.isEmpty {
        override.stateDiff = slots
      }
      self[try Address(chain: "\(field).address", message.address)] = override
    }
  }
}
