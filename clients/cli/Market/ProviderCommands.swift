internal import ArgumentParser
internal import GensynClient
internal import MarketParticipants
internal import Primitives
internal import Schema

struct ProviderCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "provider", abstract: "Computes for others, and lists those who do.",
    subcommands: [ServeProvider.self, ListProviders.self])
}

struct ServeProvider: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Offers this machine and computes what it is assigned.",
    discussion: """
      Each job runs in a process of its own, without network and files, with limits on memory and \
      time. A bond of nine times a job's price is locked while the job runs. After a lost \
      connection it comes back; SIGTERM lets it finish what it has, a second one ends it at once.
      """)

  @OptionGroup var options: GlobalOptions
  @OptionGroup var account: SigningAccount
  @OptionGroup var offer: OfferOptions
  @OptionGroup var worker: WorkerOptions

  @Option(help: ArgumentHelp("Bond at least so much.", valueName: "AI")) var bond = "100"
  @Option(help: "Leases at once.") var leases = 1

  func run() async throws {
    let gensyn = try options.settings().connect()
    let account = try account.account(gensyn)
    try await account.bond(role: .provider, atLeast: try Tokens.parse(bond))
    let program = ProviderProgram(
      account, computer: try worker.computer(gensyn), receiptKey: try worker.key(),
      leaseCountMax: leases, report: Note.write)
    let posted = try await account.post(try offer.terms())
    Note.write("offer \(Hex.encode([UInt8](posted.id)))")
    try await Serving.untilStopped({ try await program.run() }, drain: program.drain)
    _ = try? await account.cancelOffer(try Digest([UInt8](posted.id)))
  }
}

/// A program that finishes what it has when it is asked to stop.
enum Serving {
  static func untilStopped(
    _ body: @escaping @Sendable () async throws -> Void, drain: @escaping @Sendable () -> Void
  ) async throws {
    // Apart from this task, whose cancellation asks for the end and does not enforce it.
    let work = Task.detached { try await body() }
    try await withTaskCancellationHandler {
      try await work.value
    } onCancel: {
      drain()
    }
  }
}

struct ListProviders: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists providers.")

  @OptionGroup var options: GlobalOptions
  @Flag(help: "Only those that are connected.") var connected = false

  func run() async throws {
    let gensyn = try options.settings().connect()
    var request = Gensyn_Market_V1.ListProvidersRequest()
    request.connectedOnly = connected
    var table = Table("PROVIDER", "CONNECTED", "FREE BOND", "LEASES", "EARNED")
    repeat {
      let response = try await gensyn.providers.listProviders(request)
      for provider in response.providers {
        table.add(
          provider.address.addressText, provider.connected ? "yes" : "no",
          Tokens.text(provider.bondAiWei), "\(provider.leaseCount)",
          Tokens.text(provider.earnedAiWei), json: JSON(message: provider))
      }
      request.pageToken = response.nextPageToken
    } while !request.pageToken.isEmpty
    try Printer(options).table(table)
  }
}

struct VerifierCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verifier", abstract: "Checks what others computed, and lists those who do.",
    subcommands: [ServeVerifier.self, ListVerifiers.self])
}

struct ServeVerifier: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Checks what it is drawn to check.",
    discussion: """
      It computes anew, binds itself to its result before it learns the provider's, attests where \
      they agree and disputes where they do not. SIGTERM lets it finish what it has.
      """)

  @OptionGroup var options: GlobalOptions
  @OptionGroup var account: SigningAccount
  @OptionGroup var worker: WorkerOptions

  @Option(help: ArgumentHelp("Bond at least so much.", valueName: "AI")) var bond = "200"
  @Option(help: "Checks at once.") var checks = 1

  func run() async throws {
    let gensyn = try options.settings().connect()
    let account = try account.account(gensyn)
    try await account.bond(role: .verifier, atLeast: try Tokens.parse(bond))
    let program = VerifierProgram(
      account, computer: try worker.computer(gensyn), receiptKey: try worker.key(),
      checkCountMax: checks, report: Note.write)
    try await Serving.untilStopped({ try await program.run() }, drain: program.drain)
  }
}

struct ListVerifiers: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists verifiers.")

  @OptionGroup var options: GlobalOptions

  func run() async throws {
    let gensyn = try options.settings().connect()
    var request = Gensyn_Market_V1.ListVerifiersRequest()
    var table = Table("VERIFIER", "CONNECTED", "FREE BOND", "CHECKS", "EARNED")
    repeat {
      let response = try await gensyn.verifiers.listVerifiers(request)
      for verifier in response.verifiers {
        table.add(
          verifier.address.addressText, verifier.connected ? "yes" : "no",
          Tokens.text(verifier.bondAiWei), "\(verifier.checkCount)",
          Tokens.text(verifier.earnedAiWei), json: JSON(message: verifier))
      }
      request.pageToken = response.nextPageToken
    } while !request.pageToken.isEmpty
    try Printer(options).table(table)
  }
}
