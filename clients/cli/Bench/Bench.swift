internal import ArgumentParser
internal import Console
internal import Descriptors
internal import GensynClient
internal import RPC

struct Bench: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes the same call again and again, and shows how long it takes.",
    discussion: """
      A method that streams gets the given messages and is read to its end, which counts as one \
      call. Calls are never repeated after an error.
      """)

  @OptionGroup var options: GlobalOptions
  @OptionGroup var schemas: SchemaOptions

  @Option(name: [.customShort("n"), .long], help: "How many calls; 1000 without --duration.")
  var calls: Int?

  @Option(name: [.customShort("c"), .long], help: "How many calls at a time.")
  var concurrency = 1

  @Option(help: "Over how many connections.")
  var connections = 1

  @Option(
    help: ArgumentHelp("How long to go on, such as 10s.", valueName: "duration"),
    transform: DurationText.parse)
  var duration: Duration?

  @Argument(
    help: ArgumentHelp("package.Service/Method.", valueName: "service/method"),
    completion: .custom { _, _, _ in Completions.methods() })
  var method: String

  @Argument(help: ArgumentHelp("The messages as JSON, or @FILE.", valueName: "messages"))
  var messages: String?

  func validate() throws {
    guard concurrency > 0, connections > 0, calls.map({ $0 > 0 }) ?? true else {
      throw ValidationError("-n, -c and --connections are at least 1")
    }
    guard connections <= concurrency else {
      throw ValidationError("more connections than calls at a time would stay unused")
    }
  }

  func run() async throws {
    let settings = try options.settings()
    let clients = try (0..<connections).map { _ in try settings.connect() }
    let (method, pool) = try await SchemaSource(schemas, clients[0].client).method(method)
    let requests = try await requests(for: method, Transcoder(pool: pool))
    let load = Load(method: RPC.MethodDescriptor(method), requests: requests)

    // Connections are made before the clock starts.
    for client in clients { try await load.once(client.client) }
    let budget = CallBudget(
      calls: calls ?? (duration == nil ? 1000 : nil), duration: duration ?? .seconds(1e9))
    let result = await measured {
      await withTaskGroup(of: BenchResult.self) { group in
        for worker in 0..<concurrency {
          let client = clients[worker % connections].client
          group.addTask { await load.run(client, within: budget) }
        }
        return await group.reduce(into: BenchResult()) { $0.merge($1) }
      }
    }
    try Printer(options).show(json: result.json, text: result.text)
    if let (code, _) = result.errors.max(by: { $0.value < $1.value }) {
      throw ExitCode(Outcome.status(code).exitCode)
    }
  }

  private func measured(_ work: () async -> BenchResult) async -> BenchResult {
    let start = ContinuousClock.now
    let processorStart = ProcessClock.now
    var result = await work()
    result.wallTime = .now - start
    result.processorTime = ProcessClock.now - processorStart
    return result
  }

  private func requests(
    for method: Descriptors.MethodDescriptor, _ transcoder: Transcoder
  ) async throws -> [[UInt8]] {
    let input = MessageInput(messages ?? "")
    let source = RequestMessages(
      texts: MessageTexts(input: input), type: method.input, transcoder: transcoder,
      counter: CallCounter())
    guard method.streamsInput else { return [try await source.only()] }
    var requests: [[UInt8]] = []
    for try await message in source { requests.append(message) }
    return requests
  }
}
