internal import ArgumentParser
internal import GensynClient
internal import Primitives
internal import Schema

struct ListModels: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the caller's models, oldest first.")

  @OptionGroup var options: GlobalOptions

  @Option(help: "Only of this format.")
  var format: ModelFormatName?

  @Option(help: ArgumentHelp("Only names that begin with this.", valueName: "text"))
  var prefix = ""

  func run() async throws {
    let gensyn = try options.settings().connect()
    let printer = try Printer(options)
    var page = ""
    repeat {
      let response = try await gensyn.models.listModels(
        pageSize: 1000, pageToken: page, format: format?.format ?? .unspecified,
        namePrefix: prefix)
      var table = Table("HASH", "FORMAT", "NAME")
      for model in response.models {
        table.add(
          model.hashText, model.formatText, model.name,
          json: [
            "hash": .string(model.hashText), "format": .string(model.formatText),
            "name": .string(model.name),
          ])
      }
      if !table.rows.isEmpty || page.isEmpty { try printer.table(table) }
      page = response.nextPageToken
    } while !page.isEmpty
  }
}

/// Formats of models, as the command line names them.
enum ModelFormatName: String, ExpressibleByArgument, CaseIterable {
  case onnx, gguf, safetensors

  var format: Gensyn_Ree_V1.ModelFormat {
    switch self {
    case .onnx: .onnx
    case .gguf: .gguf
    case .safetensors: .safetensors
    }
  }
}

extension Gensyn_Ree_V1.Model {
  var hashText: String { Hex.encode([UInt8](reference.modelHash)) }

  var formatText: String {
    ModelFormatName.allCases.first { $0.format == format }?.rawValue ?? ""
  }
}
