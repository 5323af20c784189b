internal import ArgumentParser

enum Version {
  static let current = "0.1.0"
}

struct ShowVersion: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "version", abstract: "Shows the version of this program.")

  @OptionGroup var options: GlobalOptions

  func run() async throws {
    try Printer(options).show(
      json: ["version": .string(Version.current)], text: "gensyn \(Version.current)")
  }
}
