internal import ABI
internal import ArgumentParser
internal import FoundationEssentials
internal import GensynClient
internal import Primitives
internal import SwiftProtobuf
internal import Schema

struct ChainCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "chain", abstract: "Reads the chain, and sends transactions to it.",
    subcommands: [
      ShowHead.self, ShowBlock.self, ShowTransaction.self, ShowAccount.self, CallContract.self,
      EstimateGas.self, ShowProof.self, ListLogs.self, WatchChain.self, TraceTransaction.self,
      SendTransaction.self, DeployContract.self,
    ])
}

/// The block that a read is about.
struct BlockOption: ParsableArguments {
  @Option(
    help: "On the state of this block: a height, a hash, latest, safe, finalized or earliest.")
  var block = "latest"

  func reference() throws(UserError) -> Gensyn_Chain_V1.BlockReference {
    try Gensyn_Chain_V1.BlockReference(text: block)
  }
}

struct ShowHead: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "head", abstract: "Shows the newest block's header.")

  @OptionGroup var options: GlobalOptions

  func run() async throws {
    let gensyn = try options.settings().connect()
    let head = try await gensyn.chain.getHead(.init())
    try Printer(options).show(json: JSON(message: head), text: head.latest.lines)
  }
}

struct ShowBlock: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "block", abstract: "Shows a block and the hashes of its transactions.")

  @OptionGroup var options: GlobalOptions

  @Flag(help: "Also show the transactions and their receipts.") var full = false

  @Argument(help: "A height, a hash, latest, safe, finalized, earliest or pending.")
  var block = "latest"

  func run() async throws {
    let gensyn = try options.settings().connect()
    let reference = try Gensyn_Chain_V1.BlockReference(text: block)
    let found = try await gensyn.chain.getBlock(
      .with {
        $0.block = reference
        $0.detail = full ? .receipts : .hashes
      }
    ).block
    var text = found.header.lines + "\nsize        \(found.sizeBytes) bytes"
    for hash in found.transactionHashes { text += "\ntransaction \(hash.hex)" }
    try Printer(options).show(json: JSON(message: found), text: text)
  }
}

struct ShowTransaction: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "tx", abstract: "Shows a transaction and what came of it.")

  @OptionGroup var options: GlobalOptions
  @Argument(help: "The transaction's hash.") var hash: String

  func run() async throws {
    let gensyn = try options.settings().connect()
    guard let bytes = try? Hex.decode(hash) else { throw UserError("\(hash) is no hash") }
    let found = try await gensyn.chain.getTransaction(.with { $0.hash = Data(bytes) })
    let transaction = found.transaction
    var text = """
      from        \(transaction.from.addressText)
      to          \(transaction.to.isEmpty ? "a new contract" : transaction.to.addressText)
      value       \(Amount.ether(transaction.valueWei.number)) ether
      nonce       \(transaction.nonce)

      """
    text += found.hasReceipt ? found.receipt.lines : "status      waiting"
    try Printer(options).show(json: JSON(message: found), text: text)
  }
}

struct ShowAccount: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "account", abstract: "Shows what an account owns.")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var block: BlockOption
  @Argument(help: "The account's address.") var address: String

  func run() async throws {
    let gensyn = try options.settings().connect()
    let wanted = try Address(text: address)
    let reference = try block.reference()
    let found = try await gensyn.chain.getAccount(
      .with {
        $0.address = wanted.data
        $0.block = reference
      })
    let account = found.account
    try Printer(options).show(
      json: JSON(message: found),
      text: """
        address     \(account.address.addressText)
        balance     \(Amount.ether(account.balanceWei.number)) ether
        nonce       \(account.nonce)
        code        \(account.codeSizeBytes) bytes
        at block    \(found.block.height)
        """)
  }
}

struct CallContract: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "call", abstract: "Calls a contract and keeps nothing of it.",
    discussion: """
      gensyn chain call 0x… 'balanceOf(address)(uint256)' 0x…
      A second list of types says what comes back.
      """)

  @OptionGroup var options: GlobalOptions
  @OptionGroup var block: BlockOption
  @Option(help: "Who calls.") var from: String?
  @Option(help: "Wei to send along: 12, 1.5ether, 3gwei.") var value: String?
  @Argument(help: "The contract's address.") var to: String
  @Argument(help: "The function with its types, or the call's data in hexadecimal digits.")
  var function: String
  @Argument(help: "The arguments.") var arguments: [String] = []

  func run() async throws {
    let (input, output) = Self.split(function)
    let call = try ContractCallText(
      from: from, to: to, value: value, function: input, arguments: arguments
    ).message()
    let reference = try block.reference()
    let gensyn = try options.settings().connect()
    let response = try await gensyn.chain.call(
      .with {
        $0.call = call
        $0.block = reference
      })
    guard response.succeeded else {
      let reason = response.revertReason.isEmpty ? "" : ": \(response.revertReason)"
      throw UserError("\(response.failure)\(reason)")
    }
    let bytes = [UInt8](response.output)
    guard let output else {
      return try Printer(options).show(
        json: JSON(message: response), text: response.output.hex)
    }
    let kinds = try ABIText.signature("result\(output)").kinds
    let values: [Value]
    do {
      values = try Decoding.decode(kinds, from: bytes)
    } catch {
      throw UserError("the answer is not of these types: \(response.output.hex)")
    }
    let list = values.map { ABIText.json($0) }
    try Printer(options).show(
      json: ["values": .array(list)],
      text: list.map { value in
        if case .string(let text) = value { text } else { value.text }
      }.joined(separator: "\n"))
  }

  /// `name(types)(types)` apart.
  private static func split(_ text: String) -> (String, String?) {
    guard let middle = text.firstRange(of: ")(") else { return (text, nil) }
    let end = text.index(after: middle.lowerBound)
    return (String(text[..<end]), String(text[end...]))
  }
}

/// A call as its parts are written.
struct ContractCallText {
  var from: String?
  var to: String?
  var value: String?
  var function: String?
  var arguments: [String] = []

  func message() throws(UserError) -> Gensyn_Chain_V1.ContractCall {
    var message = Gensyn_Chain_V1.ContractCall()
    if let from { message.from = try Address(text: from).data }
    if let to { message.to = try Address(text: to).data }
    if let value { message.valueWei = Data(try Amount.wei(value).bytes) }
    message.input = Data(try ABIText.data(function, arguments))
    return message
  }
}

struct EstimateGas: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "estimate", abstract: "Finds the least gas with which a call succeeds.")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var block: BlockOption
  @Option(help: "Who calls.") var from: String?
  @Option(help: "Wei to send along: 12, 1.5ether, 3gwei.") var value: String?
  @Argument(help: "The address that is called.") var to: String
  @Argument(help: "The function with its types, or the call's data.") var function: String?
  @Argument(help: "The arguments.") var arguments: [String] = []

  func run() async throws {
    let call = try ContractCallText(
      from: from, to: to, value: value, function: function, arguments: arguments
    ).message()
    let reference = try block.reference()
    let gensyn = try options.settings().connect()
    let gas = try await gensyn.chain.estimateGas(
      .with {
        $0.call = call
        $0.block = reference
      }
    ).gasLimit
    try Printer(options).show(json: ["gasLimit": .count(gas)], text: "\(gas)")
  }
}

struct ShowProof: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "proof", abstract: "Shows what proves an account under a block's state root.")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var block: BlockOption
  @Argument(help: "The account's address.") var address: String
  @Argument(help: "Storage slots.") var slots: [String] = []

  func run() async throws {
    let wanted = try Address(text: address)
    let reference = try block.reference()
    var keys: [Data] = []
    for slot in slots { keys.append(Data(try Amount.wei(slot).bytes)) }
    let storageKeys = keys
    let gensyn = try options.settings().connect()
    let proof = try await gensyn.chain.getProof(
      .with {
        $0.address = wanted.data
        $0.storageKeys = storageKeys
        $0.block = reference
      })
    var text = "state root  \(proof.header.stateRoot.hex)\n"
    text += proof.accountNodes.map { "account     \($0.hex)" }.joined(separator: "\n")
    for entry in proof.storage {
      text += "\nslot        \(entry.key.number) = \(entry.value.number)\n"
      text += entry.nodes.map { "storage     \($0.hex)" }.joined(separator: "\n")
    }
    try Printer(options).show(json: JSON(message: proof), text: text)
  }
}
