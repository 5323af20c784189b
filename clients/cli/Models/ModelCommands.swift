internal import ArgumentParser

struct ModelCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "Tells what the models in the store are.",
    subcommands: [InspectModel.self, ListModels.self, ListOperators.self])
}
