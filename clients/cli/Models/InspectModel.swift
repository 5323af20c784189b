internal import ArgumentParser
internal import GensynClient
internal import Primitives
internal import Schema

struct InspectModel: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Shows what a model takes, gives and is made of.",
    discussion: """
      Nothing is computed. What a run would take in memory depends on the inputs' sizes: \
      `gensyn ree run --plan` shows it for given ones.
      """)

  @OptionGroup var options: GlobalOptions
  @OptionGroup var source: ModelSource

  func run() async throws {
    let gensyn = try options.settings().connect()
    let response = try await gensyn.models.inspectModel(
      model: try await source.reference(gensyn))
    let model = response.model
    try Printer(options).show(json: model.json, text: model.text)
  }
}

extension Gensyn_Ree_V1.Model {
  private var facts: [(name: String, value: String)] {
    var facts = [("name", name), ("hash", hashText), ("format", formatText)]
    func add(_ name: String, _ value: String, where isKnown: Bool) {
      if isKnown { facts.append((name, value)) }
    }
    add("architecture", architecture, where: !architecture.isEmpty)
    add("opset", "\(opset)", where: opset > 0)
    add("nodes", "\(nodeCount)", where: nodeCount > 0)
    facts.append(("parameters", "\(parameterCount)"))
    facts.append(("weights", ByteCount.text(weightsSizeBytes)))
    add("context", "\(contextLength) tokens", where: contextLength > 0)
    add("vocabulary", "\(vocabularySize) tokens", where: vocabularySize > 0)
    add("model root", Hex.encode([UInt8](modelRoot)), where: !modelRoot.isEmpty)
    add("graph hash", Hex.encode([UInt8](graphHash)), where: !graphHash.isEmpty)
    add("weights root", Hex.encode([UInt8](weightsRoot)), where: !weightsRoot.isEmpty)
    return facts
  }

  var text: String {
    var lines = facts.map { name, value in
      name + String(repeating: " ", count: 14 - name.count) + value
    }
    for (heading, list) in [("inputs", inputs), ("outputs", outputs)] where !list.isEmpty {
      lines.append(heading)
      lines += list.map {
        "  \($0.name)  \($0.typeText)\($0.optionalInput ? ", may be left out" : "")"
      }
    }
    if !operators.isEmpty {
      lines.append("operators")
      lines += operators.map { use in
        "  \(use.count) \(use.name)"
          + (use.semanticsVersion.isEmpty ? "" : " \(use.semanticsVersion)")
      }
    }
    if unsupportedOperators.isEmpty {
      lines.append("can be run")
    } else {
      lines.append("cannot be run")
      lines += unsupportedOperators.map { "  \($0)" }
    }
    return lines.joined(separator: "\n")
  }

  var json: JSON {
    var json: JSON = [:]
    for (name, value) in facts { json.append(name, .string(value)) }
    json.append("inputs", .array(inputs.map(\.json)))
    json.append("outputs", .array(outputs.map(\.json)))
    json.append(
      "operators",
      .array(
        operators.map {
          [
            "name": .string($0.name), "semanticsVersion": .string($0.semanticsVersion),
            "count": .count($0.count),
          ]
        }))
    json.append("unsupportedOperators", .array(unsupportedOperators.map { .string($0) }))
    return json
  }
}

extension Gensyn_Ree_V1.TensorDeclaration {
  /// Such as `float32[batch,3,224,224]`; a length that has no name is a question mark.
  var typeText: String {
    let lengths = dimensions.map { dimension in
      switch dimension.size {
      case .fixed(let length)?: "\(length)"
      case .variable(let name)? where !name.isEmpty: name
      default: "?"
      }
    }
    return "\(dataType.text)[\(lengths.joined(separator: ","))]"
  }

  var json: JSON {
    ["name": .string(name), "type": .string(typeText), "optional": .bool(optionalInput)]
  }
}
