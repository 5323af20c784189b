internal import GensynClient
internal import ArgumentParser
internal import Descriptors

struct List: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists the server's services, or the methods of one.")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var schemas: SchemaOptions

  @Argument(
    help: "The service whose methods are of interest.",
    completion: .custom { _, _, _ in Completions.services() })
  var service: String?

  func run() async throws {
    let gensyn = try options.settings().connect()
    let source = SchemaSource(schemas, gensyn.client)
    let printer = try Printer(options)
    guard let service else {
      for name in try await source.serviceNames() {
        try printer.show(json: ["service": .string(name)], text: name)
      }
      return
    }
    for method in try await source.service(service).0.methods {
      let name = "\(method.service)/\(method.name)"
      try printer.show(
        json: [
          "method": .string(name), "input": .string(method.input),
          "output": .string(method.output), "streamsInput": .bool(method.streamsInput),
          "streamsOutput": .bool(method.streamsOutput),
        ], text: name)
    }
  }
}
