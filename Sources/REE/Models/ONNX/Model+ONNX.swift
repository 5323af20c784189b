extension Model {
  /// Reads an ONNX model.
  ///
  /// - Parameter external: Where data is that the file only refers to.
  public init(
    onnx bytes: [UInt8], external: any ExternalData = NoExternalData(),
    limits: ModelLimits = ModelLimits()
  ) throws(ModelError) {
    let message = try MessageReader(external: external, limits: limits).model(bytes)
    let builder = try GraphBuilder(message, limits: limits)
    self = try builder.build(message)
  }
}

extension Tensor {
  /// Reads a file that holds one tensor in ONNX's form.
  public init(onnx bytes: [UInt8]) throws(ModelError) {
    self = try MessageReader(external: NoExternalData(), limits: ModelLimits()).tensor(file: bytes)
  }
}

extension Value {
  /// Reads a file that holds a list of tensors in ONNX's form.
  public init(onnxSequence bytes: [UInt8]) throws(ModelError) {
    let reader = MessageReader(external: NoExternalData(), limits: ModelLimits())
    self = .sequence(try reader.sequence(file: bytes).map { .tensor($0) })
  }

  /// Reads a file that holds a value that may be missing in ONNX's form.
  public init(onnxOptional bytes: [UInt8]) throws(ModelError) {
    let reader = MessageReader(external: NoExternalData(), limits: ModelLimits())
    self = .optional(try reader.optional(file: bytes))
  }
}
