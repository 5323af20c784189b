internal import FoundationEssentials
internal import GensynClient
internal import RPC
internal import RPCClient
internal import Sodium
internal import TLS

/// What the options, the environment and the profile come to.
struct Settings: Sendable {
  var gateway = Gensyn.defaultAddress
  var output = OutputFormat.table
  var configuration = Gensyn.Configuration()
  var isVerbose = false

  /// Refuses an address that says something else about TLS than the options.
  fileprivate func check() throws(UserError) {
    switch configuration.security {
    case .plaintext where gateway.hasPrefix("https://"):
      throw UserError("--plaintext contradicts \(gateway)")
    case .tls where gateway.hasPrefix("http://"):
      throw UserError("the options of TLS contradict \(gateway)")
    default: break
    }
  }

  /// Connects with the first call.
  func connect() throws -> Gensyn {
    do {
      return try Gensyn.connect(gateway, configuration)
    } catch {
      // No server has seen anything of it yet.
      guard error.code == .invalidArgument else { throw error }
      throw UserError(error.message)
    }
  }
}

extension GlobalOptions {
  /// Brings together what was given, and refuses what contradicts itself.
  func settings(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws -> Settings {
    let profile = try ConfigurationFile.profile(
      named: self.profile ?? environment["GENSYN_PROFILE"], environment: environment)
    var settings = Settings()
    settings.gateway =
      gateway ?? environment["GENSYN_GATEWAY"] ?? profile.gateway ?? settings.gateway
    settings.output = output ?? profile.output ?? settings.output
    settings.isVerbose = verbose
    settings.configuration.defaults.timeout =
      try timeout ?? profile.timeout.map { text throws(UserError) in try DurationText.parse(text) }
    settings.configuration.defaults.metadata = try metadata(profile, environment)
    settings.configuration.channel.userAgent = "gensyn-cli/\(Version.current)"
    settings.configuration.channel.serverName = servername ?? profile.servername

    let wire = self.protocol ?? profile.protocol ?? .grpc
    settings.configuration.channel.wire = wire.format
    if http1 || profile.http1 == true {
      guard wire != .grpc else {
        throw UserError("gRPC needs HTTP/2: with --http1 use --protocol grpc-web or connect")
      }
      settings.configuration.channel.http = .http1
    }
    settings.configuration.security = try security(profile)
    if let path = keyFile ?? environment["GENSYN_KEY_FILE"] ?? profile.keyFile {
      do {
        settings.configuration.sign(with: try Ed25519.SecretKey(contentsOf: path))
      } catch {
        throw UserError("\(error)")
      }
    }
    try settings.check()
    return settings
  }

  private func metadata(
    _ profile: Profile, _ environment: [String: String]
  ) throws -> Metadata {
    let text = HeaderText(environment: environment)
    var metadata = Metadata()
    for (name, value) in (profile.headers ?? [:]).sorted(by: { $0.key < $1.key }) {
      try text.add(name, value, to: &metadata)
    }
    for argument in header { try text.read(argument, into: &metadata) }
    return metadata
  }

  private func security(_ profile: Profile) throws(UserError) -> Gensyn.Configuration.Security {
    guard !plaintext else {
      guard !tls, !insecure, cacert == nil, cert == nil, key == nil else {
        throw UserError("--plaintext contradicts the options of TLS")
      }
      return .plaintext
    }
    let isInsecure = insecure || profile.insecure == true
    let authorities = cacert ?? profile.cacert
    let certificate = cert ?? profile.cert
    let privateKey = key ?? profile.key
    guard
      tls || profile.tls == true || isInsecure || authorities != nil || certificate != nil
        || privateKey != nil
    else { return .byAddress }
    guard !isInsecure || authorities == nil else {
      throw UserError("--insecure contradicts --cacert")
    }
    var configuration = TLS.ClientConfiguration()
    if isInsecure { configuration.trust = .insecureAnyone }
    if let authorities { configuration.trust = .roots(.file(authorities)) }
    switch (certificate, privateKey) {
    case (nil, nil): break
    case (let certificate?, let key?):
      configuration.identity = Identity(
        certificateChain: .file(certificate), privateKey: .file(key))
    default: throw UserError("--cert and --key go together")
    }
    return .tls(configuration)
  }
}
