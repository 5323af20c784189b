internal import FoundationEssentials
internal import Primitives
internal import Schema
internal import SwiftProtobuf

/// The chain's values as the command line reads and shows them.
extension Gensyn_Chain_V1.BlockReference {
  /// A height, a hash, or latest, safe, finalized, earliest or pending.
  init(text: String) throws(UserError) {
    self.init()
    switch text {
    case "latest": tag = .latest
    case "safe": tag = .safe
    case "finalized": tag = .finalized
    case "earliest": tag = .earliest
    case "pending": tag = .pending
    default:
      if let height = UInt64(text) {
        self.height = height
      } else if let bytes = try? Hex.decode(text), bytes.count == 32 {
        hash = Data(bytes)
      } else {
        throw UserError(
          "\"\(text)\" is no block: a height, a hash, latest, safe, finalized, earliest or pending")
      }
    }
  }
}

extension Data {
  /// With `0x` in front.
  var hex: String { Hex.encode([UInt8](self), prefix: true) }

  /// The number of big-endian bytes.
  var number: U256 { U256(bigEndian: [UInt8](self)) ?? .zero }

  /// An address with its checksum; nothing for none.
  var addressText: String { Address([UInt8](self)).map { "\($0)" } ?? "" }
}

extension Address {
  init(text: String) throws(UserError) {
    guard let address = Address(hex: text) else {
      throw UserError("\"\(text)\" is no address: 40 hexadecimal digits after 0x")
    }
    self = address
  }

  var data: Data { Data(bytes) }
}

extension JSON {
  /// A message in its JSON form.
  init(message: some Message) {
    // Numbers, texts and bytes, all of which JSON has a form for.
    self = .raw((try? message.jsonString()) ?? "{}")
  }
}

extension Gensyn_Chain_V1.Header {
  var lines: String {
    """
    height      \(height)
    hash        \(hash.hex)
    parent      \(parentHash.hex)
    state root  \(stateRoot.hex)
    time        \(time.seconds)
    gas         \(gasUsed) of \(gasLimit)
    base fee    \(baseFeeWei.number) wei
    beneficiary \(beneficiary.addressText)
    """
  }
}

extension Gensyn_Chain_V1.TransactionReceipt {
  var lines: String {
    var text = """
      transaction \(transactionHash.hex)
      block       \(block.height)
      status      \(succeeded ? "succeeded" : "reverted")
      gas used    \(gasUsed) at \(effectiveGasPriceWei.number) wei
      """
    if !contractAddress.isEmpty { text += "\ncontract    \(contractAddress.addressText)" }
    for log in logs { text += "\nlog         \(log.line)" }
    return text
  }
}

extension Gensyn_Chain_V1.Log {
  var line: String {
    "\(address.addressText) [\(topics.map(\.hex).joined(separator: " "))] \(data.hex)"
  }
}
