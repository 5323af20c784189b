internal import ArgumentParser
internal import Foundation
internal import Receipts

struct GetReceipt: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Shows a receipt whose signature is right.",
    discussion: "The signature is checked here, not by the gateway.")

  @OptionGroup var options: GlobalOptions

  @Option(
    help: ArgumentHelp("Also write the signed bytes to this file.", valueName: "file"),
    completion: .file())
  var outputFile: String?

  @OptionGroup var receipt: ReceiptSource

  func run() async throws {
    let signed = try await receipt.read(options)
    if let outputFile {
      do {
        try Data(signed.bytes).write(to: URL(filePath: outputFile), options: .atomic)
      } catch {
        throw UserError("\(outputFile) cannot be written: \(error.localizedDescription)")
      }
    }
    try Printer(options).show(json: signed.json, text: signed.text)
  }
}
