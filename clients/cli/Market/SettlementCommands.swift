internal import ArgumentParser
internal import Console
internal import FoundationEssentials
internal import GensynClient
internal import Primitives
internal import Schema
internal import SwiftProtobuf

struct SettlementCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "settlement", abstract: "Shows where the money of jobs went.",
    subcommands: [GetSettlement.self, ExportInvoices.self])
}

struct GetSettlement: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Shows each payment of a job.")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var job: MarketIdentifier

  func run() async throws {
    let gensyn = try options.settings().connect()
    let found = try await gensyn.settlements.getSettlement(
      .with { $0.jobID = Data(job.id.array) }
    ).settlement
    var text = """
      state       \(found.state)
      deposited   \(Tokens.text(found.depositedAiWei))
      provider    \(Tokens.text(found.providerAiWei))
      checks      \(Tokens.text(found.verificationAiWei))
      fee         \(Tokens.text(found.protocolFeeAiWei))
      refunded    \(Tokens.text(found.refundedAiWei))
      held        \(Tokens.text(found.heldAiWei))
      """
    for payment in found.payments {
      text +=
        "\n\(payment.purpose.padded(to: 12))\(Tokens.text(payment.amountAiWei))  "
        + "\(payment.from.addressText) -> \(payment.to.addressText)  "
        + payment.transactionHash.hex
    }
    try Printer(options).show(json: JSON(message: found), text: text)
  }
}

struct ExportInvoices: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "invoices", abstract: "Writes an account's payments as comma-separated values.")

  @OptionGroup var options: GlobalOptions
  @Argument(help: "The account's address.") var address: String

  func run() async throws {
    let gensyn = try options.settings().connect()
    let account = try Address(text: address)
    for try await part in gensyn.settlements.exportInvoices(.with { $0.address = account.data }) {
      try OutputStream.standardOutput.write(String(decoding: part.csv, as: UTF8.self))
    }
  }
}

extension String {
  fileprivate func padded(to count: Int) -> String {
    self + String(repeating: " ", count: max(0, count - self.count))
  }
}
