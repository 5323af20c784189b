internal import ArgumentParser
internal import GensynClient
internal import Primitives
internal import Receipts
internal import Schema

struct ListReceipts: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the receipts that the gateway keeps, newest first.")

  @OptionGroup var options: GlobalOptions

  @Option(help: "Only of this kind of computation.")
  var kind: KindName?

  @Option(
    help: ArgumentHelp("Only about the model with this hash.", valueName: "hash"),
    transform: { try Digest(hex: $0) })
  var model: Digest?

  @Option(help: ArgumentHelp("How many at most.", valueName: "count"))
  var limit = Int.max

  enum KindName: String, ExpressibleByArgument, CaseIterable {
    case run, generate, train
  }

  func validate() throws {
    guard limit > 0 else { throw ValidationError("--limit is at least 1") }
  }

  func run() async throws {
    let gensyn = try options.settings().connect()
    let printer = try Printer(options)
    var request = Gensyn_Ree_V1.ListReceiptsRequest()
    switch kind {
    case .run: request.kind = .run
    case .generate: request.kind = .generate
    case .train: request.kind = .train
    case nil: break
    }
    if let model { request.modelHash = .init(model) }
    var left = limit
    repeat {
      let isFirst = request.pageToken.isEmpty
      request.pageSize = Int32(min(left, 1000))
      let response = try await gensyn.receipts.listReceipts(request)
      var table = Table("HASH", "KIND", "TIME", "MODEL", "PROVER")
      for message in response.receipts.prefix(left) {
        let signed = try SignedReceipt(bytes: [UInt8](message.signedBytes))
        table.add(
          "\(signed.hash)", "\(signed.receipt.kind)", signed.timeText,
          "\(signed.receipt.model.hash)", "\(signed.receipt.proverKey)", json: signed.json)
      }
      if !table.rows.isEmpty || isFirst { try printer.table(table) }
      left -= table.rows.count
      request.pageToken = response.nextPageToken
    } while !request.pageToken.isEmpty && left > 0
  }
}
