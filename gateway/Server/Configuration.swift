internal import Foundation
internal import Logging
internal import Net
internal import Observability

/// Everything that the node was told, read and checked.
struct Configuration {
  var listen: [String]
  var dataDirectory: String
  /// Whether the data directory goes with the process.
  var isTemporary: Bool
  var tls: TLSFiles?
  var allowsPlaintext: Bool
  var opensWrites: Bool
  var audiences: Set<String>
  var servesReflection: Bool
  var corsOrigins: Set<String>
  var messageSizeMax: Int?
  var connectionsMax: Int?
  var quotaBytes: UInt64?
  var isDevelopment: Bool
  /// The file that describes the chain, if it is not the development chain.
  var genesis: String?
  var blockTime: Duration?
  /// The gateway whose chain is followed.
  var follow: String?
  var loops: Int
  var drainTimeout: Duration
  var logFormat: LineLogHandler.Format
  var logLevel: Logger.Level

  struct TLSFiles {
    var certificate: String
    var key: String
    var clientAuthorities: String?
  }

  init(_ options: Options, environment: [String: String]) throws {
    let file = options.config ?? environment["GENSYN_CONFIG"]
    let settings = try Settings(environment: environment, file: file)
    let addresses = settings.texts("listen", options.listen)
    listen = addresses.isEmpty ? ["127.0.0.1:50051"] : addresses
    let isPrivate = try listen.map { try SocketAddress($0) }.allSatisfy(\.isLocal)

    let directory = settings.text("data-dir", options.dataDir)
    isDevelopment = try settings.flag("dev", options.dev)
    genesis = settings.text("genesis", options.genesis)
    blockTime = try settings.number("block-time", options.blockTime, in: 1...86_400).map {
      .seconds($0)
    }
    follow = settings.text("follow", options.follow)
    isTemporary = isDevelopment && directory == nil
    dataDirectory = directory ?? Self.defaultDirectory(isDevelopment, environment)

    tls = try Self.tlsFiles(settings, options)
    allowsPlaintext = try settings.flag("allow-plaintext", options.allowPlaintext)
    opensWrites = try settings.choice(
      "open-writes", options.openWrites?.rawValue, default: Switch.auto
    ).isOn(automatically: isPrivate)
    audiences = Set(settings.texts("audience", options.audience))
    servesReflection = try settings.choice(
      "reflection", options.reflection?.rawValue, default: Switch.auto
    ).isOn(automatically: isPrivate)
    corsOrigins = Set(settings.texts("cors-origin", options.corsOrigin))

    messageSizeMax = try settings.number(
      "message-size-max", options.messageSizeMax, in: 1024...(1 << 30))
    connectionsMax = try settings.number(
      "connections-max", options.connectionsMax, in: 1...10_000_000)
    quotaBytes = try settings.number("quota", options.quota, in: 0...Int.max).map { UInt64($0) }
    loops =
      try settings.number("loops", options.loops, in: 1...1024)
      ?? ProcessInfo.processInfo.activeProcessorCount
    drainTimeout = .seconds(
      try settings.number("drain-timeout", options.drainTimeout, in: 0...86_400) ?? 20)
    logFormat = try settings.choice("log-format", options.logFormat, default: .text)
    logLevel = try settings.choice("log-level", options.logLevel, default: .info)
  }

  private static func defaultDirectory(
    _ isDevelopment: Bool, _ environment: [String: String]
  ) -> String {
    if isDevelopment {
      return FileManager.default.temporaryDirectory.path + "/gensyn-dev-\(UUID().uuidString)"
    }
    let home = environment["XDG_DATA_HOME"] ?? NSHomeDirectory() + "/.local/share"
    return home + "/gensyn"
  }

  private static func tlsFiles(_ settings: Settings, _ options: Options) throws -> TLSFiles? {
    let authorities = settings.text("client-ca", options.clientCa)
    switch (settings.text("tls-cert", options.tlsCert), settings.text("tls-key", options.tlsKey)) {
    case (let certificate?, let key?):
      return TLSFiles(certificate: certificate, key: key, clientAuthorities: authorities)
    case (nil, nil):
      guard authorities == nil else {
        throw ConfigurationError("client-ca needs tls-cert and tls-key")
      }
      return nil
    default:
      throw ConfigurationError("tls-cert and tls-key go together: give both or none")
    }
  }
}

extension SocketAddress {
  /// Whether only this machine can reach it.
  fileprivate var isLocal: Bool {
    switch self {
    case .unix: true
    case .ip(let host, _): host.hasPrefix("127.") || host == "::1"
    }
  }
}
