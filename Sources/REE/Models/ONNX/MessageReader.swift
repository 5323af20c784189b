internal import CProtobufC
internal import CWire

/// Reads the messages of an ONNX file.
struct MessageReader {
  let external: any ExternalData
  let limits: ModelLimits
  /// What tensors take whose size the file's own does not bound.
  let budget: MemoryBudget

  init(external: any ExternalData, limits: ModelLimits) {
    self.external = external
    self.limits = limits
    budget = MemoryBudget(limit: limits.tensorSizeBytesMax)
  }

  func model(_ bytes: [UInt8]) throws(ModelError) -> ModelMessage {
    try unsafe unpack(bytes, CWire_onnx_model()) {
      (message: Ree__Onnx__Model) throws(ModelError) in
      guard let graph = unsafe message.graph else { throw .missing(.graph, .model) }
      return ModelMessage(
        producer: try unsafe text(message.producer_name, .model),
        opsets: try unsafe list(message.opset_import, message.n_opset_import, opset),
        graph: try unsafe self.graph(graph.pointee),
        functions: try unsafe list(message.functions, message.n_functions, function))
    }
  }

  /// A tensor in a file of its own.
  func tensor(file bytes: [UInt8]) throws(ModelError) -> Tensor {
    try unsafe unpack(bytes, CWire_onnx_tensor()) {
      (message: Ree__Onnx__Tensor) throws(ModelError) in try unsafe tensor(message)
    }
  }

  /// A list of tensors in a file of its own.
  func sequence(file bytes: [UInt8]) throws(ModelError) -> [Tensor] {
    try unsafe unpack(bytes, CWire_onnx_sequence()) {
      (message: Ree__Onnx__Sequence) throws(ModelError) in
      try unsafe list(message.tensor_values, message.n_tensor_values, tensor)
    }
  }

  /// A value that may be missing, in a file of its own.
  func optional(file bytes: [UInt8]) throws(ModelError) -> Value? {
    try unsafe unpack(bytes, CWire_onnx_optional()) {
      (message: Ree__Onnx__Optional) throws(ModelError) -> Value? in
      if let content = unsafe message.tensor_value {
        return .tensor(try unsafe tensor(content.pointee))
      }
      guard let content = unsafe message.sequence_value else { return nil }
      return .sequence(
        try unsafe list(content.pointee.tensor_values, content.pointee.n_tensor_values, tensor)
          .map { .tensor($0) })
    }
  }

  private func unpack<M, R>(
    _ bytes: [UInt8], _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>,
    _ body: (M) throws(ModelError) -> R
  ) throws(ModelError) -> R {
    guard bytes.count <= limits.sizeBytesMax else {
      throw .tooLarge(sizeBytes: bytes.count, limit: limits.sizeBytesMax)
    }
    switch unsafe MessageDepth.check(bytes.span, as: descriptor, limit: limits.nestingMax) {
    case .fits: break
    case .tooDeep: throw .nestedTooDeep(limit: limits.nestingMax)
    case .malformed: throw .notAModel
    }
    let limit = bytes.count &* limits.parsedSizeFactor &+ limits.parsedSizeMin
    let arena = MessageArena(limit: limit)
    let message = unsafe arena.withAllocator {
      unsafe protobuf_c_message_unpack(descriptor, $0, bytes.count, bytes)
    }
    guard let message = unsafe message else {
      throw arena.isExhausted ? .memory(limit: limit) : .notAModel
    }
    let content = unsafe UnsafeRawPointer(message).load(as: M.self)
    let result = try body(content)
    withExtendedLifetime(arena) {}
    return result
  }

  func opset(_ message: Ree__Onnx__OperatorSet) throws(ModelError) -> OpsetMessage {
    OpsetMessage(
      domain: Self.domain(try unsafe text(message.domain, .model)), version: unsafe message.version)
  }

  // ai.onnx is another spelling of the empty domain.
  private static func domain(_ text: String) -> String { text == "ai.onnx" ? "" : text }

  func function(_ message: Ree__Onnx__Function) throws(ModelError) -> FunctionMessage {
    let name = try unsafe text(message.name, .model)
    let place = ModelError.Place.function(name)
    return FunctionMessage(
      name: name,
      domain: Self.domain(try unsafe text(message.domain, place)),
      overload: try unsafe text(message.overload, place),
      inputs: try unsafe texts(message.input, message.n_input, place),
      outputs: try unsafe texts(message.output, message.n_output, place),
      attributes: try unsafe texts(message.attribute, message.n_attribute, place),
      defaults: try unsafe list(message.attribute_proto, message.n_attribute_proto) {
        (message) throws(ModelError) in try unsafe attribute(message, place)
      },
      nodes: try unsafe list(message.node, message.n_node, node),
      opsets: try unsafe list(message.opset_import, message.n_opset_import, opset))
  }

  func graph(_ message: Ree__Onnx__Graph) throws(ModelError) -> GraphMessage {
    let name = try unsafe text(message.name, .model)
    var initializers = try unsafe list(message.initializer, message.n_initializer) {
      (message: Ree__Onnx__Tensor) throws(ModelError) in
      (name: try unsafe text(message.name, .graph(name)), tensor: try unsafe tensor(message))
    }
    initializers += try unsafe list(message.sparse_initializer, message.n_sparse_initializer) {
      (message: Ree__Onnx__SparseTensor) throws(ModelError) in
      guard let values = unsafe message.values else { throw .missing(.tensorValues, .graph(name)) }
      return (
        name: try unsafe text(values.pointee.name, .graph(name)), tensor: try unsafe sparse(message)
      )
    }
    return GraphMessage(
      name: name, nodes: try unsafe list(message.node, message.n_node, node),
      initializers: initializers,
      inputs: try unsafe list(message.input, message.n_input, declaration),
      outputs: try unsafe list(message.output, message.n_output, declaration),
      others: try unsafe list(message.value_info, message.n_value_info, declaration))
  }

  func node(_ message: Ree__Onnx__Node) throws(ModelError) -> NodeMessage {
    let operatorType = try unsafe text(message.op_type, .node(name: "", operator: ""))
    let name = try unsafe text(message.name, .node(name: "", operator: operatorType))
    let place = ModelError.Place.node(name: name, operator: operatorType)
    return NodeMessage(
      name: name, operatorType: operatorType,
      domain: Self.domain(try unsafe text(message.domain, place)),
      overload: try unsafe text(message.overload, place),
      inputs: try unsafe texts(message.input, message.n_input, place),
      outputs: try unsafe texts(message.output, message.n_output, place),
      attributes: try unsafe list(message.attribute, message.n_attribute) {
        (message) throws(ModelError) in try unsafe attribute(message, place)
      })
  }

  func declaration(
    _ message: Ree__Onnx__ValueDeclaration
  ) throws(ModelError) -> ValueMessage {
    let name = try unsafe text(message.name, .model)
    guard let type = unsafe message.type else { return ValueMessage(name: name, type: .unknown) }
    return ValueMessage(name: name, type: try unsafe self.type(type.pointee, .value(name)))
  }
}
