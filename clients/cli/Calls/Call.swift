internal import ArgumentParser
internal import Console
internal import Descriptors
internal import GensynClient
internal import RPC

struct Call: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    abstract: "Calls a method of any kind with JSON messages.",
    discussion: """
      Types come from this program for gensyn's services, and from the server's reflection for all \
      others. A method that takes a stream reads one JSON message after the other, by default from \
      standard input, and sends each as it comes. Responses that stream come one a line.

      gensyn call gensyn.ree.v1.ArtifactService/ListArtifacts '{"pageSize": 10}'
      gensyn call ArtifactService/PutArtifact - < messages.ndjson
      """)

  @OptionGroup var options: GlobalOptions
  @OptionGroup var schemas: SchemaOptions

  @Flag(help: "Show fields that hold their default.")
  var emitDefaults = false

  @Flag(help: "Skip fields that the method's types do not have.")
  var allowUnknownFields = false

  @Option(
    help: ArgumentHelp("The largest response message, in bytes.", valueName: "bytes"))
  var responseSizeMax = 64 << 20

  @Argument(
    help: ArgumentHelp("package.Service/Method.", valueName: "service/method"),
    completion: .custom { words, _, _ in Completions.methods() })
  var method: String

  @Argument(
    help: ArgumentHelp(
      "The message as JSON, @FILE, or - for standard input. Without it, an empty message.",
      valueName: "messages"))
  var messages: String?

  func run() async throws {
    let settings = try options.settings()
    let gensyn = try settings.connect()
    let (method, pool) = try await SchemaSource(schemas, gensyn.client).method(method)
    var transcoder = Transcoder(pool: pool)
    transcoder.options.emitDefaults = emitDefaults
    transcoder.options.ignoreUnknown = allowUnknownFields
    transcoder.options.pretty = settings.output == .table && !method.streamsOutput

    let counter = CallCounter()
    let requests = RequestMessages(
      texts: MessageTexts(input: input(for: method)), type: method.input, transcoder: transcoder,
      counter: counter)
    let report = CallReport(isVerbose: settings.isVerbose)
    do {
      let response = try await start(
        RPC.MethodDescriptor(method), requests, gensyn, report, settings)
      report.answered(response.metadata)
      try await show(response, of: method, transcoder, counter)
      report.ended(.ok, response.trailers, counter)
    } catch let error as RPCError {
      report.ended(error.code, error.metadata, counter)
      throw error
    }
  }

  private func input(for method: Descriptors.MethodDescriptor) -> MessageInput {
    if let messages { return MessageInput(messages) }
    return method.streamsInput ? .standardInput : .text("")
  }

  private func start(
    _ method: RPC.MethodDescriptor, _ requests: RequestMessages, _ gensyn: Gensyn,
    _ report: CallReport, _ settings: Settings
  ) async throws -> ClientResponse {
    let callOptions = CallOptions(codec: .proto, responseSizeMax: responseSizeMax)
    let metadata = settings.configuration.defaults.metadata
    guard method.streamsRequests else {
      let message = try await requests.only()
      report.began(method, at: settings.gateway, metadata)
      return try await gensyn.client.start(method, message: message, options: callOptions)
    }
    report.began(method, at: settings.gateway, metadata)
    return try await gensyn.client.start(method, messages: requests, options: callOptions)
  }

  private func show(
    _ response: ClientResponse, of method: Descriptors.MethodDescriptor,
    _ transcoder: Transcoder, _ counter: CallCounter
  ) async throws {
    while let message = try await response.next() {
      counter.received(message.count)
      var line = try json(message, of: method, transcoder)
      line.append(UInt8(ascii: "\n"))
      try OutputStream.standardOutput.write(line.span)
    }
  }

  private func json(
    _ message: [UInt8], of method: Descriptors.MethodDescriptor, _ transcoder: Transcoder
  ) throws -> [UInt8] {
    do {
      return try transcoder.json(from: message.span, type: method.output)
    } catch {
      throw RPCError(
        .internal, "the server's message has no JSON form as \(method.output): \(error)")
    }
  }
}
