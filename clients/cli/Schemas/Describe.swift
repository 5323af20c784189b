internal import GensynClient
internal import ArgumentParser
internal import Descriptors
internal import SwiftProtobuf

struct Describe: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows the declaration of a service, method, message or enum.")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var schemas: SchemaOptions

  @Argument(
    help: "A full name, such as gensyn.ree.v1.Artifact.",
    completion: .custom { _, _, _ in Completions.services() })
  var symbol: String

  func run() async throws {
    let gensyn = try options.settings().connect()
    let (symbol, pool) = try await SchemaSource(schemas, gensyn.client).pool(declaring: symbol)
    let printer = try Printer(options)
    switch printer.format {
    case .table: try printer.line(pool.describe(symbol))
    case .json: try printer.line(pool.declaration(of: symbol).text)
    }
  }
}

extension DescriptorPool {
  /// A declaration for programs.
  fileprivate func declaration(of symbol: String) throws -> JSON {
    guard let file = file(containing: symbol) else { throw DescriptorError.unknownSymbol(symbol) }
    var members: [(key: String, value: JSON)] = [
      ("name", .string(symbol)), ("file", .string(file.name)),
      ("package", .string(file.package)),
    ]
    if let service = service(named: symbol) {
      members.append(("kind", "service"))
      members.append(("methods", .array(service.methods.map { json($0) })))
    } else if let method = method(named: symbol) {
      members.append(("kind", "method"))
      members.append(("method", json(method)))
    } else if let message = message(named: symbol) {
      members.append(("kind", "message"))
      members.append(("fields", .array(message.fields.map { json($0, in: message) })))
    } else if let type = enumeration(named: symbol) {
      members.append(("kind", "enum"))
      members.append(
        (
          "values",
          .array(
            type.values.map { ["name": .string($0.name), "number": .integer(Int($0.number))] })
        ))
    }
    members.append(("source", .string(try describe(symbol))))
    return .object(members)
  }

  private func json(_ method: Descriptors.MethodDescriptor) -> JSON {
    [
      "name": .string(method.name), "input": .string(method.input),
      "output": .string(method.output), "streamsInput": .bool(method.streamsInput),
      "streamsOutput": .bool(method.streamsOutput),
    ]
  }

  private func json(_ field: FieldDescriptor, in message: MessageDescriptor) -> JSON {
    [
      "name": .string(field.name), "jsonName": .string(field.jsonName),
      "number": .integer(field.number),
      "type": .string(field.typeName ?? "\(field.kind)"), "repeated": .bool(field.isRepeated),
      "oneof": field.oneof.map { .string(message.oneofs[$0]) } ?? .null,
    ]
  }
}
