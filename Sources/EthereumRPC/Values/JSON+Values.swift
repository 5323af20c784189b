internal import EVM
internal import JSONTree
internal import Primitives

/// How JSON-RPC writes the chain's values.
extension JSON {
  static func quantity(_ value: UInt64) -> JSON { .string("0x" + String(value, radix: 16)) }
  static func quantity(_ value: Int) -> JSON { quantity(UInt64(max(value, 0))) }
  static func quantity(_ value: U256) -> JSON { .string(value.quantity) }
  static func bytes(_ bytes: [UInt8]) -> JSON { .string(Hex.encode(bytes, prefix: true)) }
  static func digest(_ digest: Digest) -> JSON { .string("0x\(digest)") }
  /// All 32 bytes.
  static func word(_ word: U256) -> JSON { bytes(word.bytes) }
  /// In lower case, as geth writes addresses nearly everywhere.
  static func address(_ address: Address) -> JSON { bytes(address.bytes) }

  static func optional(_ value: JSON?) -> JSON { value ?? .null }

  init(_ entries: [Transaction.AccessListEntry]) {
    self = .array(
      entries.map { entry in
        [
          "address": .address(entry.address),
          "storageKeys": .array(entry.slots.map { .word($0) }),
        ]
      })
  }

  init(_ withdrawal: Withdrawal) {
    self = [
      "index": .quantity(withdrawal.index),
      "validatorIndex": .quantity(withdrawal.validatorIndex),
      "address": .address(withdrawal.address), "amount": .quantity(withdrawal.amount),
    ]
  }
}
