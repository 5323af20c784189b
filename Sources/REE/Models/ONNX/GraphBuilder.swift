/// Turns names into values, functions into their nodes, and checks that every value is made once and
/// before it is read.
final class GraphBuilder {
  let limits: ModelLimits
  let functions: [FunctionKey: FunctionMessage]
  private let opsets: Opsets
  private(set) var values: [Model.Declaration] = []
  private(set) var constants: [ValueID: Tensor] = [:]
  private var nodeCount = 0

  struct FunctionKey: Hashable {
    var domain: String
    var name: String
    var overload: String
  }

  init(_ message: ModelMessage, limits: ModelLimits) throws(ModelError) {
    self.limits = limits
    var functions: [FunctionKey: FunctionMessage] = [:]
    for function in message.functions {
      let key = FunctionKey(
        domain: function.domain, name: function.name, overload: function.overload)
      guard functions.updateValue(function, forKey: key) == nil else {
        throw .duplicateName(function.name, .model)
      }
    }
    self.functions = functions
    guard !message.opsets.isEmpty else { throw .missing(.opsetImport, .model) }
    opsets = try Opsets(message.opsets)
  }

  func build(_ message: ModelMessage) throws(ModelError) -> Model {
    let scope = Scope(opsets: opsets)
    let graph = try graph(message.graph, in: scope)
    return Model(
      graph: graph, values: values, constants: constants, opsets: opsets.versions,
      producer: message.producer)
  }

  /// The names that can be seen from one graph.
  final class Scope {
    let opsets: Opsets
    let outer: Scope?
    var names: [String: ValueID] = [:]
    /// The attributes of the function whose nodes are being inlined.
    var attributes: [String: Attribute] = [:]
    var depth = 0
    /// What was read from outside.
    var captured: [ValueID] = []

    init(opsets: Opsets, outer: Scope? = nil) {
      self.opsets = opsets
      self.outer = outer
      attributes = outer?.attributes ?? [:]
      depth = outer?.depth ?? 0
    }

    func find(_ name: String) -> ValueID? {
      if let value = names[name] { return value }
      guard let value = outer?.find(name) else { return nil }
      captured.append(value)
      return value
    }
  }

  func define(
    _ name: String, _ type: ValueType = .unknown, in scope: Scope, _ place: ModelError.Place
  ) throws(ModelError) -> ValueID {
    let value = ValueID(index: values.count)
    guard scope.names.updateValue(value, forKey: name) == nil else {
      throw .duplicateName(name, place)
    }
    values.append(Model.Declaration(name: name, type: type))
    return value
  }

  func addConstant(_ tensor: Tensor, as value: ValueID) {
    constants[value] = tensor.withCanonicalNaNs()
    let shape = tensor.shape.map { Dimension.fixed($0) }
    values[value.index].type = .tensor(tensor.elementType, shape)
  }

  func countNode() throws(ModelError) {
    nodeCount += 1
    guard nodeCount <= limits.nodeCountMax else { throw .tooManyNodes(limit: limits.nodeCountMax) }
  }
}

extension GraphBuilder {
  func graph(
    _ message: GraphMessage, in scope: Scope
  ) throws(ModelError) -> Graph {
    let place = ModelError.Place.graph(message.name)
    var inputs: [ValueID] = []
    for input in message.inputs {
      inputs.append(try define(input.name, input.type, in: scope, place))
    }
    for (name, tensor) in message.initializers {
      // Until version 4 of the format, constants had to be inputs too.
      let value: ValueID
      if let input = scope.names[name] {
        value = input
      } else {
        value = try define(name, in: scope, place)
      }
      guard constants[value] == nil else { throw .duplicateName(name, place) }
      addConstant(tensor, as: value)
    }
    for node in message.nodes {
      for name in node.outputs where !name.isEmpty {
        _ = try define(name, in: scope, node.place)
      }
    }
    for other in message.outputs + message.others {
      guard let value = scope.names[other.name], constants[value] == nil else { continue }
      if case .unknown = values[value.index].type { values[value.index].type = other.type }
    }

    var nodes: [Node] = []
    for node in message.nodes { try append(node, in: scope, to: &nodes) }
    var outputs: [ValueID] = []
    for output in message.outputs {
      guard let value = scope.find(output.name) else { throw .undefinedValue(output.name, place) }
      outputs.append(value)
    }
    return Graph(
      name: message.name, inputs: inputs, outputs: outputs,
      nodes: try TopologicalOrder.sort(nodes))
  }

  private func append(
    _ message: NodeMessage, in scope: Scope, to nodes: inout [Node]
  ) throws(ModelError) {
    var inputs: [ValueID?] = []
    for name in message.inputs {
      guard !name.isEmpty else {
        inputs.append(nil)
        continue
      }
      guard let value = scope.find(name) else { throw .undefinedValue(name, message.place) }
      // An optional input that the caller of a function left out.
      inputs.append(value == .missing ? nil : value)
    }
    let outputs = message.outputs.map { $0.isEmpty ? nil : scope.names[$0] }
    try countNode()

    let key = FunctionKey(
      domain: message.domain, name: message.operatorType, overload: message.overload)
    if let function = functions[key] {
      let attributes = try attributes(of: message, in: scope).values
      try inline(function, message, inputs, outputs, attributes, scope, &nodes)
      return
    }
    let (attributes, captures) = try attributes(of: message, in: scope)
    let opset = try scope.opsets.version(of: message.domain, message.place)
    if message.domain.isEmpty, message.operatorType == "Constant", let output = outputs.first,
      let output, let tensor = Self.constant(attributes)
    {
      addConstant(tensor, as: output)
      return
    }
    while case .some(.none) = inputs.last { inputs.removeLast() }
    nodes.append(
      Node(
        name: message.name,
        operation: Operation(domain: message.domain, name: message.operatorType, opset: opset),
        inputs: inputs, outputs: outputs, attributes: attributes, captures: captures))
  }

  private static func constant(_ attributes: [String: Attribute]) -> Tensor? {
    guard attributes.count == 1, let (name, value) = attributes.first else { return nil }
    switch (name, value) {
    case ("value", .tensor(let tensor)), ("sparse_value", .tensor(let tensor)): return tensor
    case ("value_float", .float(let number)): return try? Tensor([], [number])
    case ("value_floats", .floats(let numbers)): return try? Tensor([numbers.count], numbers)
    case ("value_int", .int(let number)): return try? Tensor([], [number])
    case ("value_ints", .ints(let numbers)): return try? Tensor([numbers.count], numbers)
    case ("value_string", .string(let text)): return try? Tensor([], text: [text])
    case ("value_strings", .strings(let texts)): return try? Tensor([texts.count], text: texts)
    default: return nil
    }
  }

  private func attributes(
    of message: NodeMessage, in scope: Scope
  ) throws(ModelError) -> (values: [String: Attribute], captures: [ValueID]) {
    var values: [String: Attribute] = [:]
    var captures: [ValueID] = []
    for attribute in message.attributes {
      guard let value = try resolve(attribute, in: scope, &captures, message.place) else {
        continue
      }
      guard values.updateValue(value, forKey: attribute.name) == nil else {
        throw .duplicateName(attribute.name, message.place)
      }
    }
    var seen: Set<ValueID> = []
    return (values, captures.filter { seen.insert($0).inserted })
  }

  private func resolve(
    _ attribute: AttributeMessage, in scope: Scope, _ captures: inout [ValueID],
    _ place: ModelError.Place
  ) throws(ModelError) -> Attribute? {
    if let reference = attribute.reference { return scope.attributes[reference] }
    switch attribute.content {
    case .value(let value): return value
    case .graph(let message): return .graph(try subgraph(message, in: scope, &captures))
    case .graphs(let messages):
      var graphs: [Graph] = []
      for message in messages { graphs.append(try subgraph(message, in: scope, &captures)) }
      return .graphs(graphs)
    case nil: throw .missing(.attributeValue, place)
    }
  }

  private func subgraph(
    _ message: GraphMessage, in scope: Scope, _ captures: inout [ValueID]
  ) throws(ModelError) -> Graph {
    let inner = Scope(opsets: scope.opsets, outer: scope)
    let graph = try graph(message, in: inner)
    captures += inner.captured.filter { $0 != .missing && constants[$0] == nil }
    return graph
  }

  private func inline(
    _ function: FunctionMessage, _ call: NodeMessage, _ inputs: [ValueID?], _ outputs: [ValueID?],
    _ attributes: [String: Attribute], _ scope: Scope, _ nodes: inout [Node]
  ) throws(ModelError) {
    let place = ModelError.Place.function(function.name)
    let inner = Scope(opsets: try Opsets(function.opsets))
    inner.depth = scope.depth + 1
    guard inner.depth <= limits.functionDepthMax else {
      throw .functionsTooDeep(limit: limits.functionDepthMax, place)
    }
    guard inputs.count <= function.inputs.count else {
      throw .operatorInputs(found: inputs.count, accepted: 0...function.inputs.count, call.place)
    }
    guard outputs.count <= function.outputs.count else {
      throw .operatorOutputs(found: outputs.count, accepted: 0...function.outputs.count, call.place)
    }
    var defaults: [ValueID] = []
    for attribute in function.defaults {
      inner.attributes[attribute.name] = try resolve(attribute, in: inner, &defaults, place)
    }
    for name in function.attributes { inner.attributes[name] = attributes[name] }
    for (name, value) in attributes where inner.attributes[name] != nil {
      inner.attributes[name] = value
    }
    for (index, name) in function.inputs.enumerated() {
      let value = index < inputs.count ? inputs[index] : nil
      guard inner.names.updateValue(value ?? .missing, forKey: name) == nil else {
        throw .duplicateName(name, place)
      }
    }

    // What the function calls its outputs are the caller's values, unless an input goes through.
    var renamed: [String: ValueID] = [:]
    var passed: [(from: ValueID, to: ValueID)] = []
    for (name, value) in zip(function.outputs, outputs) {
      guard let value else { continue }
      if let input = inner.names[name] ?? renamed[name] {
        passed.append((input, value))
      } else {
        renamed[name] = value
      }
    }
    for node in function.nodes {
      for name in node.outputs where !name.isEmpty {
        if let value = renamed.removeValue(forKey: name) {
          guard inner.names.updateValue(value, forKey: name) == nil else {
            throw .duplicateName(name, place)
          }
        } else {
          _ = try define(name, in: inner, node.place)
        }
      }
    }
    if let name = renamed.keys.sorted().first { throw .undefinedValue(name, place) }
    for node in function.nodes { try append(node, in: inner, to: &nodes) }
    for (from, to) in passed where from != .missing {
      try countNode()
      nodes.append(
        Node(
          name: call.name, operation: Operation(domain: "", name: "Identity", opset: 1),
          inputs: [from], outputs: [to], attributes: [:], captures: []))
    }
  }
}

extension ValueID {
  /// Stands for an optional input that is left out.
  static let missing = ValueID(index: -1)
}
