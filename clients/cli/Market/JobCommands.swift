internal import ArgumentParser
internal import Console
internal import FoundationEssentials
internal import GensynClient
internal import MarketParticipants
internal import Primitives
internal import Schema
internal import SwiftProtobuf

struct JobCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "job", abstract: "Submits work to the market, follows it and fetches its result.",
    subcommands: [
      SubmitJob.self, GetJob.self, ListJobs.self, WatchJob.self, CancelJob.self, FetchResult.self,
    ])
}

struct SubmitJob: ConfiguredCommand {
  enum Verification: String, ExpressibleByArgument, CaseIterable {
    case sampled, replicated, challenge

    var mode: Gensyn_Market_V1.VerificationMode {
      switch self {
      case .sampled: .sampled
      case .replicated: .replicated
      case .challenge: .openChallenge
      }
    }
  }

  static let configuration = CommandConfiguration(
    commandName: "submit", abstract: "Submits a job, pays it in, and shows its identifier.",
    discussion: """
      gensyn job submit --dev-account 0 --model HASH --wait "Write one sentence about the sea."

      Without a price limit the cheapest offer's price and the checks are paid in; what is not \
      earned comes back.
      """)

  @OptionGroup var options: GlobalOptions
  @OptionGroup var account: SigningAccount

  @Option(
    help: ArgumentHelp("The model's artifact.", valueName: "hash"),
    transform: { try Digest(hex: $0) })
  var model: Digest

  @Option(help: ArgumentHelp("Generate at most so many.", valueName: "count"))
  var tokens: UInt32 = 64

  @Option(help: "0: always the likeliest token.") var temperature: Float = 0
  @Option(help: "The same seed, the same choices.") var seed: UInt64 = 0

  @Option(help: ArgumentHelp("The most that it may cost, checks included.", valueName: "AI"))
  var priceLimit: String?

  @Option(help: "Only on this class of hardware.") var hardwareClass = ""
  @Option(help: "Only in this region.") var region = ""

  @Option(
    name: .customLong("where"),
    help: ArgumentHelp("What the offer must be like: \"gpu.count>=2\".", valueName: "demands"))
  var demands = ""

  @Option(
    help: ArgumentHelp("When it must be done.", valueName: "duration"),
    transform: DurationText.parse)
  var within: Duration = .seconds(900)

  @Option(help: "How the result is checked.") var verify = Verification.sampled

  @Flag(help: "Wait for the end, and show the result.") var wait = false

  @Argument(help: "What the model is to answer.") var prompt: String

  func run() async throws {
    let gensyn = try options.settings().connect()
    let account = try account.account(gensyn)
    let job = try await account.submit(try specification())
    guard wait else {
      return try Printer(options).show(
        json: JSON(message: job), text: Hex.encode([UInt8](job.id)))
    }
    Note.write("job \(Hex.encode([UInt8](job.id)))")
    try await Following(gensyn).follow(job.id)
    try await Following(gensyn).printResult(job.id)
  }

  private func specification() throws -> Gensyn_Market_V1.JobSpecification {
    let constraint = try ConstraintText.parse(demands)
    let limit = try priceLimit.map { (text) throws(UserError) in try Tokens.parse(text) }
    return .with {
      $0.generate.model.modelHash = Data(model.array)
      $0.generate.chat.messages = [
        .with {
          $0.role = .user
          $0.text = prompt
        }
      ]
      $0.generate.tokenCountMax = tokens
      $0.generate.sampling.temperature = temperature
      $0.generate.sampling.seed = seed
      if let limit { $0.priceLimitAiWei = Data(limit.bytes) }
      $0.instrument.hardwareClass = hardwareClass
      $0.instrument.region = region
      $0.offerConstraint = constraint
      $0.deadline = Google_Protobuf_Timestamp(
        date: Date().addingTimeInterval(Double(within.components.seconds)))
      $0.verification.mode = verify.mode
    }
  }
}

/// Shows a job's events as they come.
struct Following {
  let gensyn: Gensyn

  init(_ gensyn: Gensyn) {
    self.gensyn = gensyn
  }

  func follow(_ id: Data) async throws {
    var request = Gensyn_Market_V1.WatchJobRequest()
    request.jobID = id
    for try await event in gensyn.jobs.watchJob(request) { Note.write(Self.line(event)) }
  }

  static func line(_ event: Gensyn_Market_V1.WatchJobResponse) -> String {
    let what =
      switch event.event {
      case .state(let job)?:
        "\(job.state)\(job.failure.isEmpty ? "" : ": \(job.failure)")"
      case .check(let check)?: "check by \(check.verifier.addressText): \(check.state)"
      case .payment(let payment)?:
        "\(payment.purpose) \(Tokens.text(payment.amountAiWei)) from "
          + "\(payment.from.addressText) to \(payment.to.addressText)"
      default: "an event"
      }
    return "\(Moment.text(event.time))  \(what)"
  }

  /// The result's bytes to standard output.
  func printResult(_ id: Data) async throws {
    let job = try await gensyn.jobs.getJob(.with { $0.jobID = id }).job
    guard job.state == .settled else {
      throw UserError(
        "the job ended \(job.state)\(job.failure.isEmpty ? "" : ": \(job.failure)")")
    }
    for try await message in gensyn.jobs.fetchResult(.with { $0.jobID = id }) {
      if case .chunk(let chunk)? = message.message {
        try OutputStream.standardOutput.write(String(decoding: chunk.data, as: UTF8.self))
      }
    }
    try OutputStream.standardOutput.write("\n")
  }
}

struct GetJob: ConfiguredCommand {
  static let configuration = CommandConfiguration(commandName: "get", abstract: "Shows a job.")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var job: MarketIdentifier

  func run() async throws {
    let gensyn = try options.settings().connect()
    let found = try await gensyn.jobs.getJob(.with { $0.jobID = Data(job.id.array) }).job
    try Printer(options).show(json: JSON(message: found), text: found.lines)
  }
}

struct ListJobs: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists jobs, newest first.")

  @OptionGroup var options: GlobalOptions

  @Option(help: ArgumentHelp("Only of this submitter.", valueName: "address"))
  var submitter: String?

  func run() async throws {
    let gensyn = try options.settings().connect()
    var request = Gensyn_Market_V1.ListJobsRequest()
    if let submitter { request.submitter = try Address(text: submitter).data }
    var table = Table("JOB", "STATE", "ESCROW", "PROVIDER", "FAILURE")
    repeat {
      let response = try await gensyn.jobs.listJobs(request)
      for job in response.jobs {
        table.add(
          Hex.encode([UInt8](job.id)), "\(job.state)", Tokens.text(job.escrowAiWei),
          job.leases.last?.provider.addressText ?? "", job.failure,
          json: JSON(message: job))
      }
      request.pageToken = response.nextPageToken
    } while !request.pageToken.isEmpty
    try Printer(options).table(table)
  }
}

struct WatchJob: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch", abstract: "Shows what happens to a job until its end.")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var job: MarketIdentifier
  @Option(help: "Begin with the event of this number.") var from: UInt64 = 1

  func run() async throws {
    let gensyn = try options.settings().connect()
    let printer = try Printer(options)
    let request = Gensyn_Market_V1.WatchJobRequest.with {
      $0.jobID = Data(job.id.array)
      $0.fromSequence = from
    }
    for try await event in gensyn.jobs.watchJob(request) {
      try printer.show(json: JSON(message: event), text: Following.line(event))
    }
  }
}

struct CancelJob: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel", abstract: "Ends a job: what was earned is paid, the rest comes back.")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var account: SigningAccount
  @OptionGroup var job: MarketIdentifier

  func run() async throws {
    let gensyn = try options.settings().connect()
    let found = try await account.account(gensyn).cancel(job.id)
    try Printer(options).show(json: JSON(message: found), text: "\(found.state)")
  }
}

struct FetchResult: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "result", abstract: "Fetches a job's result to standard output.")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var job: MarketIdentifier

  func run() async throws {
    let gensyn = try options.settings().connect()
    try await Following(gensyn).printResult(Data(job.id.array))
  }
}

extension Gensyn_Market_V1.Job {
  var lines: String {
    var text = """
      job         \(Hex.encode([UInt8](id)))
      submitter   \(submitter.addressText)
      state       \(state)
      escrow      \(Tokens.text(escrowAiWei))
      earned      \(Tokens.text(earnedAiWei))
      checked     with a chance of \(deterrence.checkProbabilityPpm / 10_000) %; \
      \(deterrence.requiredProbabilityPpm / 10_000) % deter
      """
    for lease in leases {
      text += "\nlease       \(lease.provider.addressText) \(lease.endReason) \(lease.endMessage)"
    }
    for check in checks { text += "\ncheck       \(check.verifier.addressText) \(check.state)" }
    if !failure.isEmpty { text += "\nfailure     \(failure)" }
    return text
  }
}
