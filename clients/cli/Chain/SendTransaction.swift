internal import ABI
internal import ArgumentParser
internal import Files
internal import FoundationEssentials
internal import GensynClient
internal import JSONTree
internal import Primitives
internal import SwiftProtobuf
internal import Schema
internal import Wallet

/// What a transaction pays, and who signs it. What is left out, the gateway proposes.
struct TransactionOptions: ParsableArguments {
  @OptionGroup var account: SigningAccount
  @Option(help: "Wei to send along: 12, 1.5ether, 3gwei.") var value: String?
  @Option(help: "The sender's count of transactions before.") var nonce: UInt64?
  @Option(help: "The gas that it may use.") var gasLimit: UInt64?
  @Option(help: "The highest price of a unit of gas: 2gwei.") var maxFee: String?
  @Option(help: "The highest part of it for the block's maker.") var maxPriorityFee: String?
  @Flag(help: "Do not wait until a block has it.") var noWait = false

  /// Completes, signs and sends; the answer, and the receipt unless it was not waited for.
  func send(
    _ gensyn: Gensyn, to target: Address?, _ data: [UInt8]
  ) async throws -> Gensyn_Chain_V1.SubmitTransactionResponse {
    let key = try account.key()
    let amount = try value.map { (text) throws(UserError) in try Amount.wei(text) } ?? .zero
    let filled = try await gensyn.chain.fillTransaction(
      .with {
        $0.call = .with {
          $0.from = key.address.data
          if let target { $0.to = target.data }
          $0.valueWei = Data(amount.bytes)
          $0.input = Data(data)
          $0.gasLimit = gasLimit ?? 0
        }
        $0.requireSuccess = gasLimit == nil
      }
    ).transaction
    let fee = try maxFee.map { (text) throws(UserError) in try Amount.wei(text) }
    let tip = try maxPriorityFee.map { (text) throws(UserError) in try Amount.wei(text) }
    let unsigned = UnsignedTransaction(
      chainID: filled.chainID.number.clamped, nonce: nonce ?? filled.nonce,
      fees: .dynamic(
        maxFee: fee ?? filled.maxFeePerGasWei.number,
        maxPriorityFee: tip ?? filled.maxPriorityFeePerGasWei.number),
      gasLimit: gasLimit ?? filled.gasLimit, to: target, value: amount, data: data)
    let signed = unsigned.signed(by: key)
    return try await gensyn.chain.submitTransaction(
      .with {
        $0.transaction = Data(signed.bytes)
        $0.waitForInclusion = !noWait
      })
  }
}

extension Printer {
  func show(_ response: Gensyn_Chain_V1.SubmitTransactionResponse) throws {
    try show(
      json: JSON(message: response),
      text: response.hasReceipt ? response.receipt.lines : response.hash.hex)
    if response.hasReceipt, !response.receipt.succeeded {
      throw UserError("the transaction was reverted")
    }
  }
}

struct SendTransaction: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "send", abstract: "Sends wei, or calls a contract and keeps what it does.",
    discussion: """
      gensyn chain send --wallet me --value 1ether 0x…
      gensyn chain send --wallet me 0x… 'transfer(address,uint256)' 0x… 12
      """)

  @OptionGroup var options: GlobalOptions
  @OptionGroup var transaction: TransactionOptions
  @Argument(help: "Who receives it, or the contract.") var to: String
  @Argument(help: "The function with its types, or the call's data.") var function: String?
  @Argument(help: "The arguments.") var arguments: [String] = []

  func run() async throws {
    let target = try Address(text: to)
    let data = try ABIText.data(function, arguments)
    let gensyn = try options.settings().connect()
    let response = try await transaction.send(gensyn, to: target, data)
    try Printer(options).show(response)
  }
}

struct DeployContract: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "deploy", abstract: "Creates a contract.",
    discussion: """
      The file is a compiler's artifact in JSON, with "bytecode" and "abi", or holds the bytecode's \
      hexadecimal digits. The constructor's types come from the artifact or from --constructor.
      """)

  @OptionGroup var options: GlobalOptions
  @OptionGroup var transaction: TransactionOptions

  @Option(help: "The constructor's types: (address,uint256).") var constructor: String?

  @Argument(help: "The contract's file.", completion: .file()) var file: String
  @Argument(help: "The constructor's arguments.") var arguments: [String] = []

  func run() async throws {
    guard let text = try File.userContents(of: file, sizeMax: 16 << 20) else {
      throw UserError("there is no file \(file)")
    }
    let artifact = try? JSONTree.JSON(parsing: text, depthMax: 64)
    let digits =
      artifact?["bytecode"]?.string ?? artifact?["bytecode"]?["object"]?.string
      ?? String(decoding: text, as: UTF8.self).filter { !$0.isWhitespace }
    guard let code = try? Hex.decode(digits), !code.isEmpty else {
      throw UserError("\(file) holds no bytecode")
    }
    let kinds = try kinds(artifact)
    let values = try ABIText.values(arguments, kinds)
    let encoded: [UInt8]
    do {
      encoded = try Encoding.encode(values, as: kinds)
    } catch {
      throw UserError("a value is not a \(error.kind)")
    }
    let gensyn = try options.settings().connect()
    let response = try await transaction.send(gensyn, to: nil, code + encoded)
    try Printer(options).show(response)
  }

  private func kinds(_ artifact: JSONTree.JSON?) throws(UserError) -> [Kind] {
    if let constructor { return try ABIText.signature("constructor\(constructor)").kinds }
    let entry = artifact?["abi"]?.elements?.first { $0["type"]?.string == "constructor" }
    var kinds: [Kind] = []
    for input in entry?["inputs"]?.elements ?? [] {
      guard let kind = input["type"]?.string.flatMap({ Kind($0) }) else {
        throw UserError("the constructor's types are not known: use --constructor")
      }
      kinds.append(kind)
    }
    return kinds
  }
}
