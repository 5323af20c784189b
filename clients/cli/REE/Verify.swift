internal import ArgumentParser
internal import FoundationEssentials
internal import GensynClient
internal import RPC
internal import Receipts
internal import Schema

struct Verify: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Has a gateway compute a receipt anew and compares.",
    discussion: """
      The gateway needs the model and what was asked of it in its store. A receipt that proves wrong \
      ends with the exit code of DATA_LOSS.
      """)

  @OptionGroup var options: GlobalOptions
  @OptionGroup var receipt: ReceiptSource

  func run() async throws {
    let signed = try await receipt.read(options)
    let gensyn = try options.settings().connect()
    var request = Gensyn_Ree_V1.VerifyReceiptRequest()
    request.receipt.signedBytes = Data(signed.bytes)
    request.whole = Gensyn_Ree_V1.WholeVerification()
    var verdict: Gensyn_Ree_V1.VerificationVerdict?
    for try await response in gensyn.receipts.verifyReceipt(request) {
      if case .verdict(let last)? = response.message { verdict = last }
    }
    guard let verdict else {
      throw RPCError(.dataLoss, "the gateway ended the verification without a verdict")
    }
    guard verdict.agrees else {
      let faults = verdict.faults.map { "\($0.field): \($0.message)" }
      throw RPCError(.dataLoss, "the receipt is wrong: " + faults.joined(separator: "; "))
    }
    try Printer(options).show(
      json: [
        "agrees": .bool(true), "hash": .string("\(signed.hash)"),
        "stepsChecked": .count(verdict.stepsChecked),
      ],
      text: "\(signed.hash) agrees: \(verdict.stepsChecked) steps computed anew")
  }
}
