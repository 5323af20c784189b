internal import ArgumentParser
internal import FoundationEssentials
internal import GensynClient
internal import RPC
internal import Schema

struct ValidateReceipt: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Checks a receipt's form, hashes and signature, without computing anything.",
    discussion: """
      Form and signature are checked here. With --check-model the gateway also hashes the model in \
      its store. A faulty receipt ends with the exit code of DATA_LOSS.
      """)

  @OptionGroup var options: GlobalOptions

  @Flag(help: "Also check the model's file in the gateway's store.")
  var checkModel = false

  @OptionGroup var receipt: ReceiptSource

  func run() async throws {
    let signed = try await receipt.read(options)
    if checkModel {
      let gensyn = try options.settings().connect()
      var request = Gensyn_Ree_V1.ValidateReceiptRequest()
      request.receipt.signedBytes = Data(signed.bytes)
      request.checkModel = true
      let response = try await gensyn.receipts.validateReceipt(request)
      guard response.valid else {
        let faults = response.faults.map { "\($0.field): \($0.message)" }
        throw RPCError(.dataLoss, "the receipt is wrong: " + faults.joined(separator: "; "))
      }
    }
    try Printer(options).show(
      json: ["valid": .bool(true), "hash": .string("\(signed.hash)")],
      text: "\(signed.hash) is signed by \(signed.receipt.proverKey)")
  }
}
