internal import ArgumentParser

/// What the command line can say. Everything is optional: the environment and the configuration
/// file may say it instead, see ``Settings``.
struct Options: ParsableArguments {
  @Option(help: "An address to serve at: 127.0.0.1:50051, [::1]:0 or unix:/path. Repeatable.")
  var listen: [String] = []

  @Option(help: "Where the node keeps its state. (default: ~/.local/share/gensyn)")
  var dataDir: String?

  @Flag(help: "A node for development: without --data-dir its state lasts as long as the process.")
  var dev = false

  @Option(
    help: "A chain's rules and first block, as geth's genesis.json. (default with --dev: our own)")
  var genesis: String?

  @Option(help: "Seconds between blocks. (default: a block for each transaction, at once)")
  var blockTime: Int?

  @Option(help: "A gateway whose chain this one follows, of the same genesis: host:port.")
  var follow: String?

  @Option(help: "The certificate chain in PEM form; reread when it changes and on SIGHUP.")
  var tlsCert: String?

  @Option(help: "The certificate's private key in PEM form.")
  var tlsKey: String?

  @Option(help: "Authorities in PEM form: clients may prove who they are with their certificates.")
  var clientCa: String?

  @Flag(help: "With a certificate, serve callers without TLS as well.")
  var allowPlaintext = false

  @Option(help: "A JSON file with these settings, each under its flag's name.")
  var config: String?

  @Option(
    help:
      "Whether callers need no key to change things: auto, on or off. auto: only where every address is loopback or a unix socket."
  )
  var openWrites: Switch?

  @Option(help: "A name that signed calls may be addressed to. Repeatable; none: every name.")
  var audience: [String] = []

  @Option(help: "Whether the schemas are served: auto, on or off. auto as for --open-writes.")
  var reflection: Switch?

  @Option(help: "A web origin whose pages may call: https://app.example, or *. Repeatable.")
  var corsOrigin: [String] = []

  @Option(help: "The largest request message, in bytes. (default: 4194304)")
  var messageSizeMax: Int?

  @Option(help: "How many connections are kept. (default: 10000)")
  var connectionsMax: Int?

  @Option(help: "How many bytes one owner may store. (default: 1099511627776)")
  var quota: Int?

  @Option(help: "Event loops that share the connections. (default: one per core)")
  var loops: Int?

  @Option(help: "How long running calls may take after SIGTERM, in seconds. (default: 20)")
  var drainTimeout: Int?

  @Option(help: "text or json. (default: text)")
  var logFormat: String?

  @Option(help: "trace, debug, info, notice, warning, error or critical. (default: info)")
  var logLevel: String?
}

/// A setting that may be left to the node.
enum Switch: String, ExpressibleByArgument, CaseIterable {
  case auto, on, off

  func isOn(automatically: Bool) -> Bool {
    switch self {
    case .auto: automatically
    case .on: true
    case .off: false
    }
  }
}
