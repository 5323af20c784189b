internal import ArgumentParser

struct ExitCodes: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "exit-codes", abstract: "Shows what exit codes mean.",
    discussion: Outcome.table)

  @OptionGroup var options: GlobalOptions

  func run() async throws {
    try Printer(options).show(
      json: .array(
        Outcome.documented.map { ["code": .integer(Int($0.code)), "meaning": .string($0.meaning)] }),
      text: Outcome.table)
  }
}
