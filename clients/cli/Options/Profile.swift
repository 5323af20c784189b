internal import Files
internal import FoundationEssentials

/// Named settings in the configuration file.
struct Profile: Decodable, Sendable {
  var gateway: String?
  var output: OutputFormat?
  var timeout: String?
  var headers: [String: String]?
  var `protocol`: WireName?
  var http1: Bool?
  var tls: Bool?
  var cacert: String?
  var cert: String?
  var key: String?
  var insecure: Bool?
  var servername: String?
  var keyFile: String?
}

/// What stands in the configuration file.
struct ConfigurationFile: Decodable {
  /// The profile that counts where none is named.
  var `default`: String?
  var profiles: [String: Profile]?

  private static let sizeMax = 1 << 20

  /// Reads the profile with this name, or the default one.
  static func profile(
    named name: String?, environment: [String: String]
  ) throws -> Profile {
    guard let path = path(environment),
      let bytes = try File.userContents(of: path, sizeMax: sizeMax)
    else {
      guard let name else { return Profile() }
      throw UserError("there is no configuration file that could have the profile \"\(name)\"")
    }
    let file: ConfigurationFile
    do {
      file = try JSONDecoder().decode(Self.self, from: Data(bytes))
    } catch {
      throw UserError("\(path) is no configuration file: \(reason(error))")
    }
    guard let name = name ?? file.default else { return Profile() }
    guard let profile = file.profiles?[name] else {
      throw UserError("\(path) has no profile \"\(name)\"")
    }
    return profile
  }

  static func path(_ environment: [String: String]) -> String? {
    if let path = environment["GENSYN_CONFIG"], !path.isEmpty { return path }
    return folder(environment).map { "\($0)/config.json" }
  }

  /// Where the user's settings and key lie.
  static func folder(_ environment: [String: String]) -> String? {
    if let folder = environment["XDG_CONFIG_HOME"], folder.hasPrefix("/") {
      return "\(folder)/gensyn"
    }
    return environment["HOME"].map { "\($0)/.config/gensyn" }
  }

  private static func reason(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    let (context, what): (DecodingError.Context, String) =
      switch error {
      case .typeMismatch(_, let context): (context, "has a value of another kind")
      case .valueNotFound(_, let context): (context, "has no value")
      case .keyNotFound(let key, let context): (context, "lacks \(key.stringValue)")
      case .dataCorrupted(let context): (context, context.debugDescription)
      @unknown default: (.init(codingPath: [], debugDescription: ""), "\(error)")
      }
    let path = context.codingPath.map(\.stringValue).joined(separator: ".")
    return path.isEmpty ? what : "\(path) \(what)"
  }
}
