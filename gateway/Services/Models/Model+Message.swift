internal import SwiftProtobuf
internal import ModelFiles
internal import REE
internal import Schema

extension Gensyn_Ree_V1.Model {
  /// What an ONNX file says.
  init(_ model: Model) {
    self.init()
    format = .onnx
    opset = UInt32(clamping: model.opsets[""] ?? 0)
    inputs = model.graph.inputs.filter { model.constants[$0] == nil }.map { input in
      var declaration = Gensyn_Ree_V1.TensorDeclaration(
        model.name(of: input), model.type(of: input))
      if case .optional = model.type(of: input) { declaration.optionalInput = true }
      return declaration
    }
    outputs = model.graph.outputs.map { .init(model.name(of: $0), model.type(of: $0)) }
    let uses = model.operatorUses
    operators = uses.map { use in
      .with {
        $0.name = use.name
        $0.semanticsVersion = use.semantics ?? ""
        $0.count = UInt64(use.count)
      }
    }
    unsupportedOperators = uses.compactMap { use in use.refusal.map { "\(use.name): \($0)" } }
    nodeCount = UInt64(uses.reduce(0) { $0 + $1.count })
    for tensor in model.constants.values {
      parameterCount += UInt64(tensor.count)
      weightsSizeBytes += UInt64(tensor.sizeBytes)
    }
  }

  /// What a directory of weights says.
  init(_ tensors: TensorDirectory) {
    self.init()
    for entry in tensors.entries {
      parameterCount &+= UInt64(clamping: entry.elementCount)
      weightsSizeBytes &+= UInt64(entry.bytes.count)
    }
  }
}

extension Gensyn_Ree_V1.TensorDeclaration {
  init(_ name: String, _ type: ValueType) {
    self.init()
    self.name = name
    var type = type
    if case .optional(let inner) = type { type = inner }
    guard case .tensor(let element, let shape) = type else { return }
    dataType = .init(rawValue: Int(element?.schemaNumber ?? 0)) ?? .unspecified
    dimensions = (shape ?? []).map { dimension in
      .with {
        switch dimension {
        case .fixed(let size): $0.fixed = UInt64(clamping: size)
        case .variable(let name): $0.variable = name
        case .unknown: $0.variable = ""
        }
      }
    }
  }
}
