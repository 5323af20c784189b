internal import ArgumentParser
internal import Files
internal import FoundationEssentials
internal import Sodium

struct KeyCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "Makes and shows the keys that calls are signed with.",
    subcommands: [NewKey.self, ShowKey.self])
}

/// Where a key lies.
struct KeyPath: ParsableArguments {
  @Argument(
    help: "The key's file; otherwise key in the folder of the configuration.", completion: .file())
  var file: String?

  func path() throws -> String {
    if let file { return file }
    guard let folder = ConfigurationFile.folder(ProcessInfo.processInfo.environment) else {
      throw UserError("neither XDG_CONFIG_HOME nor HOME says where keys lie: name a file")
    }
    return "\(folder)/key"
  }
}

struct NewKey: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Makes an Ed25519 key and shows its public half.",
    discussion: "The file can be read by its owner alone. One that is there is left alone.")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var location: KeyPath

  func run() async throws {
    let path = try location.path()
    if location.file == nil { try Self.makeFolders(of: path) }
    let key = Ed25519.SecretKey()
    try key.write(to: path)
    Note.write("wrote \(path)")
    try Printer(options).show(
      json: ["publicKey": .string(key.publicKey.hex), "file": .string(path)],
      text: key.publicKey.hex)
  }

  private static func makeFolders(of path: String) throws {
    var folder = ""
    for name in path.split(separator: "/").dropLast() {
      folder += "/\(name)"
      try Directory.create(folder)
    }
  }
}

struct ShowKey: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows the public half of a key.")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var location: KeyPath

  func run() async throws {
    let path = try location.path()
    let key = try Ed25519.SecretKey(contentsOf: path)
    try Printer(options).show(
      json: ["publicKey": .string(key.publicKey.hex), "file": .string(path)],
      text: key.publicKey.hex)
  }
}
