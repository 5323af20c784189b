internal import ArgumentParser
internal import GensynClient
internal import Schema

struct ListOperators: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "operators",
    abstract: "Lists the operators that the gateway runs, with the version of their semantics.")

  @OptionGroup var options: GlobalOptions

  func run() async throws {
    let gensyn = try options.settings().connect()
    let printer = try Printer(options)
    var page = ""
    repeat {
      let response = try await gensyn.models.listOperators(pageSize: 1000, pageToken: page)
      var table = Table("OPERATOR", "VERSION")
      for item in response.operators {
        table.add(
          item.name, item.version,
          json: ["name": .string(item.name), "version": .string(item.version)])
      }
      try printer.table(table)
      page = response.nextPageToken
    } while !page.isEmpty
  }
}
