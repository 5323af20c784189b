internal import ArgumentParser
internal import FoundationEssentials
internal import GensynClient

struct ImportReceipt: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Gives the gateway a receipt to keep.")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var receipt: ReceiptSource

  func run() async throws {
    let signed = try await receipt.read(options)
    let gensyn = try options.settings().connect()
    _ = try await gensyn.receipts.importReceipt(signedBytes: Data(signed.bytes))
    try Printer(options).show(json: ["hash": .string("\(signed.hash)")], text: "\(signed.hash)")
  }
}
