internal import ArgumentParser
internal import Console
internal import RPC

/// The command line of the gateway's users.
@main
struct GensynCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gensyn",
    abstract: "Calls a gensyn gateway, or any other server that speaks gRPC or Connect.",
    discussion: """
      Data goes to standard output, everything else to standard error. Options may stand before or \
      behind the command. What exit codes mean: gensyn help exit-codes.
      """,
    version: Version.current,
    subcommands: [
      Call.self, List.self, Describe.self, MakeTemplate.self, CheckHealth.self, Bench.self,
      ArtifactCommands.self, ModelCommands.self, REECommands.self, ReceiptCommands.self,
      KeyCommands.self, WalletCommands.self, ChainCommands.self, JobCommands.self,
      OfferCommands.self, ProviderCommands.self, VerifierCommands.self, SettlementCommands.self,
      MakeCompletion.self,
      ShowVersion.self,
      ExitCodes.self,
    ])

  // Declared here too, so that options may come before the command.
  @OptionGroup var options: GlobalOptions

  static func main() async {
    let format = Latch<OutputFormat>()
    let wish = Latch<Interrupt>()
    let work = Task { try await run(format) }
    let watch = Task {
      for await interrupt in Interrupt.all() {
        // The call is cancelled and the server hears of it; whoever asks twice does not wait.
        if work.isCancelled { Process.leave(interrupt.exitCode) }
        wish.store(interrupt)
        work.cancel()
      }
    }
    do {
      try await work.value
      watch.cancel()
      Process.leave(0)
    } catch {
      if let interrupt = wish.value { Process.leave(interrupt.exitCode) }
      ErrorReport.leave(error, format.value)
    }
  }

  /// Parses and runs the command; `format` is known once it is parsed.
  @concurrent
  private static func run(_ format: Latch<OutputFormat>) async throws {
    var command = try parseAsRoot()
    format.store((command as? any ConfiguredCommand)?.options.errorFormat ?? .table)
    if var asynchronous = command as? any AsyncParsableCommand {
      try await asynchronous.run()
    } else {
      try command.run()
    }
  }
}

/// A command that takes the options that all of them share.
protocol ConfiguredCommand: AsyncParsableCommand {
  var options: GlobalOptions { get }
}
