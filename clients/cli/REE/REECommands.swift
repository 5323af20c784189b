internal import ArgumentParser

struct REECommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ree",
    abstract: "Runs models so that everyone gets the same bits, and checks what others ran.",
    subcommands: [Run.self, Embed.self, Generate.self, Train.self, Verify.self])
}
