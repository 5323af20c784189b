internal import ArgumentParser
internal import Console
internal import Foundation
internal import GensynClient
internal import Primitives
internal import RPC
internal import Receipts
internal import Schema

struct Generate: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Continues a text, token by token.",
    discussion: """
      The text goes to standard output as it comes, the receipt's hash to standard error. The same \
      model, prompt and options give the same tokens on every machine; the receipt says so, signed, \
      and `gensyn ree verify` checks it.
      """)

  @OptionGroup var options: GlobalOptions

  @Option(
    help: ArgumentHelp("The model's artifact.", valueName: "hash"),
    transform: { try Digest(hex: $0) })
  var model: Digest

  @Flag(help: "Continue the prompt as it is, without the model's chat template.")
  var raw = false

  @Option(help: ArgumentHelp("What a chat begins with.", valueName: "text"))
  var system: String?

  @Option(help: ArgumentHelp("Generate at most so many.", valueName: "count"))
  var tokens: UInt32 = 256

  @Option(help: "0: always the likeliest token.")
  var temperature: Float = 0

  @Option(help: ArgumentHelp("Only so many of the likeliest; 0: all.", valueName: "count"))
  var topK: UInt32 = 0

  @Option(help: ArgumentHelp("Only those that together reach this.", valueName: "probability"))
  var topP: Float = 1

  @Option(help: ArgumentHelp("Only those this likely beside the likeliest.", valueName: "fraction"))
  var minP: Float = 0

  @Option(help: "Divides the logits of tokens that occurred; 1: no penalty.")
  var repetitionPenalty: Float = 1

  @Option(help: "The same seed, the same choices.")
  var seed: UInt64 = 0

  @Option(help: ArgumentHelp("End where this appears; may be repeated.", valueName: "text"))
  var stop: [String] = []

  @Option(
    help: ArgumentHelp("Write the signed receipt to this file.", valueName: "file"),
    completion: .file())
  var receiptFile: String?

  @Argument(help: "What to continue, or to answer.")
  var prompt: String

  func run() async throws {
    let gensyn = try options.settings().connect()
    let printer = try Printer(options)
    var nonce = Data(count: 16)
    for index in nonce.indices { nonce[index] = UInt8.random(in: .min ... .max) }
    let request = request(nonce: nonce)
    var text = ""
    var result: Gensyn_Ree_V1.ExecutionResult?
    for try await response in gensyn.executions.generate(request) {
      switch response.event.event {
      case .tokens(let tokens)?:
        text += tokens.text
        if printer.format == .table { try OutputStream.standardOutput.write(tokens.text) }
      case .result(let last)?: result = last
      default: break
      }
    }
    guard let result, result.hasReceipt else {
      throw RPCError(.dataLoss, "the gateway ended the generation without a receipt")
    }
    let signed = try SignedReceipt(bytes: [UInt8](result.receipt.signedBytes))
    guard signed.receipt.requesterNonce == [UInt8](nonce), signed.receipt.model.hash == model else {
      throw RPCError(.dataLoss, "the gateway's receipt is for another request")
    }
    if let receiptFile {
      do {
        try Data(signed.bytes).write(to: URL(filePath: receiptFile), options: .atomic)
      } catch {
        throw UserError("\(receiptFile) cannot be written: \(error.localizedDescription)")
      }
    }
    let reason = "\(signed.receipt.finishReason)"
    switch printer.format {
    case .table: try OutputStream.standardOutput.write("\n")
    case .json:
      try printer.line(
        JSON.object([
          ("text", .string(text)), ("tokenCount", .count(signed.receipt.stepCount)),
          ("finishReason", .string(reason)), ("receiptHash", .string("\(signed.hash)")),
        ]).text)
    }
    Note.write("\(signed.receipt.stepCount) tokens, \(reason); receipt \(signed.hash)")
  }

  private func request(nonce: Data) -> Gensyn_Ree_V1.GenerateRequest {
    var request = Gensyn_Ree_V1.GenerateRequest()
    request.model.modelHash = Data(model)
    if raw {
      request.text = prompt
    } else {
      var messages: [(Gensyn_Ree_V1.ChatRole, String)] = [(.user, prompt)]
      if let system { messages.insert((.system, system), at: 0) }
      request.chat.messages = messages.map { role, text in
        var message = Gensyn_Ree_V1.ChatMessage()
        message.role = role
        message.text = text
        return message
      }
    }
    request.tokenCountMax = tokens
    request.sampling.temperature = temperature
    request.sampling.topK = topK
    request.sampling.topP = topP
    request.sampling.minP = minP
    request.sampling.repetitionPenalty = repetitionPenalty
    request.sampling.seed = seed
    request.stopTexts = stop
    request.options.requesterNonce = nonce
    return request
  }
}
