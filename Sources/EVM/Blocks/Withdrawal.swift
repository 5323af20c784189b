public import Primitives

/// Wei that leaves the beacon chain (EIP-4895).
public struct Withdrawal: Hashable, Sendable {
  public var index: UInt64
  public var validatorIndex: UInt64
  public var address: Address
  /// Gwei.
  public var amount: UInt64

  public init(index: UInt64, validatorIndex: UInt64, address: Address, amount: UInt64) {
    self.index = index
    self.validatorIndex = validatorIndex
    self.address = address
    self.amount = amount
  }

  init(_ reader: inout RLP.Reader) throws(RLP.Malformed) {
    var list = try reader.list()
    index = try list.uint64()
    validatorIndex = try list.uint64()
    address = try list.address()
    amount = try list.uint64()
    try list.end()
  }

  public var encoded: [UInt8] {
    var encoder = RLP.Encoder()
    encoder.list { list in
      list.append(index)
      list.append(validatorIndex)
      list.append(address)
      list.append(amount)
    }
    return encoder.bytes
  }
}
