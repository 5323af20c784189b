internal import ArgumentParser
internal import FoundationEssentials
internal import GensynClient
internal import Primitives
internal import RPC
internal import Receipts
internal import Schema

struct Verify: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Has a gateway compute a receipt anew and compares.",
    discussion: """
      The gateway needs the model and what was asked of it in its store. A receipt that proves wrong \
      ends with the exit code of DATA_LOSS. Of a training run --steps checks a part alone, from the \
      newest checkpoint before it.
      """)

  @OptionGroup var options: GlobalOptions
  @OptionGroup var receipt: ReceiptSource

  @Option(
    help: ArgumentHelp(
      "Only these steps of a training run, counted from 0: 200..210 are ten.", valueName: "a..b"),
    transform: StepRange.init)
  var steps: StepRange?

  @Option(
    help: ArgumentHelp("Begin at this checkpoint.", valueName: "hash"),
    transform: { try Digest(hex: $0) })
  var checkpoint: Digest?

  func run() async throws {
    let signed = try await receipt.read(options)
    let gensyn = try options.settings().connect()
    var request = Gensyn_Ree_V1.VerifyReceiptRequest()
    request.receipt.signedBytes = Data(signed.bytes)
    if let steps {
      request.steps.firstStep = steps.range.lowerBound
      request.steps.endStep = steps.range.upperBound
      if let checkpoint { request.steps.checkpointHash = Data(checkpoint) }
    } else {
      request.whole = Gensyn_Ree_V1.WholeVerification()
    }
    let bar = StepBar()
    defer { bar.finish() }
    bar.begin(steps.map { UInt64($0.range.count) } ?? signed.receipt.stepCount)
    var verdict: Gensyn_Ree_V1.VerificationVerdict?
    for try await response in gensyn.receipts.verifyReceipt(request) {
      switch response.message {
      case .progress(let progress)?: bar.update(stepsDone: progress.stepsDone)
      case .verdict(let last)?: verdict = last
      case nil: break
      }
    }
    bar.finish()
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
