internal import ArgumentParser
internal import Console
internal import FoundationEssentials
internal import GensynClient
internal import Primitives
internal import SwiftProtobuf
internal import Schema

/// Which logs.
struct LogOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Only of this contract. Repeatable.", valueName: "address"))
  var address: [String] = []

  @Option(
    help: ArgumentHelp(
      "Only with this event, such as Transfer(address,address,uint256), or this topic.",
      valueName: "event"))
  var event: String?

  func filter() throws(UserError) -> Gensyn_Chain_V1.LogFilter {
    var filter = Gensyn_Chain_V1.LogFilter()
    for address in address { filter.addresses.append(try Address(text: address).data) }
    if let event {
      let topic =
        event.hasPrefix("0x")
        ? try? Hex.decode(event) : Keccak256.hash(Array(event.filter { $0 != " " }.utf8)).array
      guard let topic, topic.count == 32 else { throw UserError("\(event) is no event") }
      filter.topics = [.with { $0.anyOf = [Data(topic)] }]
    }
    return filter
  }
}

struct ListLogs: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs", abstract: "Lists the logs that contracts wrote.")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var logs: LogOptions
  @Option(help: "The first block.") var fromBlock = "earliest"
  @Option(help: "The last block.") var toBlock = "latest"

  func run() async throws {
    let gensyn = try options.settings().connect()
    let printer = try Printer(options)
    var request = Gensyn_Chain_V1.ListLogsRequest()
    request.filter = try logs.filter()
    request.fromBlock = try Gensyn_Chain_V1.BlockReference(text: fromBlock)
    request.toBlock = try Gensyn_Chain_V1.BlockReference(text: toBlock)
    repeat {
      let response = try await gensyn.chain.listLogs(request)
      for log in response.logs {
        try printer.show(json: JSON(message: log), text: "\(log.block.height)  \(log.line)")
      }
      request.pageToken = response.nextPageToken
    } while !request.pageToken.isEmpty
  }
}

struct WatchChain: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch", abstract: "Shows blocks, logs or waiting transactions as they come.",
    discussion: "It comes back after a lost connection, where it was.")

  enum Subject: String, ExpressibleByArgument, CaseIterable {
    case blocks, logs, pending
  }

  @OptionGroup var options: GlobalOptions
  @OptionGroup var logs: LogOptions
  @Option(help: "Begin at this height.") var fromHeight: UInt64?
  @Option(help: "End after so many.") var count = Int.max
  @Argument(help: "blocks, logs or pending.") var subject = Subject.blocks

  func run() async throws {
    let gensyn = try options.settings().connect()
    let printer = try Printer(options)
    switch subject {
    case .blocks: try await watchBlocks(gensyn, printer)
    case .logs: try await watchLogs(gensyn, printer)
    case .pending:
      var left = count
      for try await response in gensyn.chain.watchPendingTransactions(.init()) {
        let transaction = response.transaction.transaction
        try printer.show(
          json: JSON(message: response.transaction),
          text: "\(transaction.hash.hex)  \(transaction.from.addressText)")
        left -= 1
        if left == 0 { return }
      }
    }
  }

  private func watchBlocks(_ gensyn: Gensyn, _ printer: Printer) async throws {
    var request = Gensyn_Chain_V1.WatchBlocksRequest()
    request.detail = .hashes
    if let fromHeight { request.fromHeight = fromHeight }
    var left = count
    for try await response in gensyn.chain.watchBlocks(request) {
      switch response.change {
      case .added(let block)?:
        try printer.show(
          json: JSON(message: response),
          text: "+ \(block.header.height)  \(block.header.hash.hex)"
            + "  \(block.transactionCount) transactions")
      case .removed(let block)?:
        try printer.show(
          json: JSON(message: response), text: "- \(block.height)  \(block.hash.hex)")
      case .finality?, nil: continue
      }
      left -= 1
      if left == 0 { return }
    }
  }

  private func watchLogs(_ gensyn: Gensyn, _ printer: Printer) async throws {
    var request = Gensyn_Chain_V1.WatchLogsRequest()
    request.filter = try logs.filter()
    if let fromHeight { request.fromHeight = fromHeight }
    var left = count
    for try await response in gensyn.chain.watchLogs(request) {
      for log in response.logs {
        let sign = log.removed ? "-" : "+"
        try printer.show(
          json: JSON(message: log), text: "\(sign) \(log.block.height)  \(log.line)")
        left -= 1
        if left == 0 { return }
      }
    }
  }
}

struct TraceTransaction: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace", abstract: "Runs a transaction again and shows what happens inside.")

  enum Tracer: String, ExpressibleByArgument, CaseIterable {
    case calls, instructions, prestate, diff
  }

  @OptionGroup var options: GlobalOptions
  @Option(help: "What to show.") var tracer = Tracer.calls
  @Argument(help: "The transaction's hash.") var hash: String

  func run() async throws {
    guard let bytes = try? Hex.decode(hash) else { throw UserError("\(hash) is no hash") }
    var request = Gensyn_Chain_V1.TraceRequest()
    request.transactionHash = Data(bytes)
    switch tracer {
    case .calls: request.calls = .with { $0.withLogs = true }
    case .instructions: request.instructions = .init()
    case .prestate: request.prestate = .init()
    case .diff: request.prestate = .with { $0.diff = true }
    }
    let gensyn = try options.settings().connect()
    let printer = try Printer(options)
    for try await response in gensyn.chain.trace(request) {
      let json = JSON(message: response)
      switch response.part {
      case .step(let step)?:
        let stack = step.stack.map { $0.number.quantity }.joined(separator: " ")
        try printer.show(
          json: json,
          text: "\(step.depth) \(step.programCounter) \(step.name)"
            + " gas \(step.gasLeft) cost \(step.gasCost) [\(stack)]")
      case .call(let frame)?: try printer.show(json: json, text: frame.lines(indent: 0))
      case .summary(let summary)?:
        try printer.show(
          json: json,
          text: (summary.succeeded ? "succeeded" : "failed: \(summary.failure)")
            + ", \(summary.gasUsed) gas")
      case .prestate?, nil: try printer.line(json.text)
      }
    }
  }
}

extension Gensyn_Chain_V1.CallFrame {
  fileprivate func lines(indent: Int) -> String {
    let space = String(repeating: "  ", count: indent)
    var text = "\(space)\(kind) \(to.addressText) \(gasUsed) gas \(input.prefix(36).hex)"
    if !valueWei.isEmpty, !valueWei.number.isZero {
      text += " \(Amount.ether(valueWei.number)) ether"
    }
    if !failure.isEmpty {
      text += " ✗ \(failure)\(revertReason.isEmpty ? "" : ": \(revertReason)")"
    }
    for log in logs { text += "\n\(space)  log \(log.line)" }
    for call in calls { text += "\n" + call.lines(indent: indent + 1) }
    return text
  }
}
