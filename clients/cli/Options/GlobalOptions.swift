internal import ArgumentParser
internal import Console
internal import RPCClient

/// How data is shown.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Decodable, Sendable {
  case table, json
}

/// What is spoken with the server.
enum WireName: String, ExpressibleByArgument, CaseIterable, Decodable, Sendable {
  case grpc
  case grpcWeb = "grpc-web"
  case grpcWebText = "grpc-web-text"
  case connect

  var format: ChannelConfiguration.WireFormat {
    switch self {
    case .grpc: .grpc
    case .grpcWeb: .grpcWeb
    case .grpcWebText: .grpcWebText
    case .connect: .connect
    }
  }
}

/// The options that every command takes. What is not given comes from the environment, then from
/// the profile, then from ``Settings``.
struct GlobalOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where the server is: host:port, unix:PATH or https://HOST.",
      discussion: "Otherwise GENSYN_GATEWAY, the profile, or 127.0.0.1:50051.",
      valueName: "address"))
  var gateway: String?

  @Option(name: [.short, .long], help: "Show data as a table for people or as JSON.")
  var output: OutputFormat?

  @Option(
    help: ArgumentHelp(
      "How long a call may take: 500ms, 5s, 2m, 1h, or a number of seconds.",
      valueName: "duration"),
    transform: DurationText.parse)
  var timeout: Duration?

  @Option(
    name: [.customShort("H"), .long],
    help: ArgumentHelp(
      "A header for every call; @FILE reads one from each line. $NAME and ${NAME} stand for "
        + "variables of the environment, $$ for a dollar sign.",
      valueName: "name: value"))
  var header: [String] = []

  @Option(help: "The protocol to speak.")
  var `protocol`: WireName?

  @Flag(name: .customLong("http1"), help: "Use HTTP/1.1 instead of HTTP/2; not with gRPC.")
  var http1 = false

  @Flag(help: "Speak in the clear.")
  var plaintext = false

  @Flag(help: "Speak TLS; https:// says the same.")
  var tls = false

  @Option(help: ArgumentHelp("Believe certificates of these authorities.", valueName: "file"))
  var cacert: String?

  @Option(help: ArgumentHelp("Show this certificate to the server.", valueName: "file"))
  var cert: String?

  @Option(help: ArgumentHelp("The private key of --cert.", valueName: "file"))
  var key: String?

  @Flag(help: "Believe any certificate. Whoever is on the way can read and change everything.")
  var insecure = false

  @Option(
    help: ArgumentHelp("The name that the server's certificate must have.", valueName: "name"))
  var servername: String?

  @Option(
    help: ArgumentHelp(
      "Sign calls with the key in this file, which gensyn key new makes.", valueName: "file"))
  var keyFile: String?

  @Option(
    help: ArgumentHelp(
      "Take settings from this profile of the configuration file.",
      discussion: "The file is GENSYN_CONFIG, or gensyn/config.json in XDG_CONFIG_HOME.",
      valueName: "name"))
  var profile: String?

  @Flag(name: .shortAndLong, help: "Show headers, trailers and times on standard error.")
  var verbose = false

  /// How an error is shown: known even where the settings are what is wrong.
  var errorFormat: OutputFormat {
    // What is wrong with the settings is reported by whoever needs them.
    (try? settings().output) ?? output ?? .table
  }
}
