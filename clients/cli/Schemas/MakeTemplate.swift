internal import GensynClient
internal import ArgumentParser
internal import Descriptors

struct MakeTemplate: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "template",
    abstract: "Shows an example of a message, or of a method's request, to fill in.")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var schemas: SchemaOptions

  @Argument(
    help: "A message's or method's name.",
    completion: .custom { _, _, _ in Completions.methods() })
  var symbol: String

  func run() async throws {
    let gensyn = try options.settings().connect()
    let (symbol, pool) = try await SchemaSource(schemas, gensyn.client).pool(declaring: symbol)
    let type = pool.method(named: symbol)?.input ?? symbol
    guard pool.message(named: type) != nil else {
      throw UserError("\"\(symbol)\" is neither a message nor a method")
    }
    try Printer(options).line(pool.template(of: type))
  }
}
