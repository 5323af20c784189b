/// Protobuf messages for tests, field by field.
public struct Message: Sendable {
  public private(set) var bytes: [UInt8] = []

  public init() {}

  public mutating func add(_ number: Int, _ value: Int) {
    varint(UInt64(number << 3))
    varint(UInt64(bitPattern: Int64(value)))
  }

  public mutating func add(_ number: Int, _ content: [UInt8]) {
    varint(UInt64(number << 3 | 2))
    varint(UInt64(content.count))
    bytes += content
  }

  public mutating func add(_ number: Int, _ text: String) { add(number, Array(text.utf8)) }

  public mutating func add(_ number: Int, _ message: Message) { add(number, message.bytes) }

  public mutating func add(_ number: Int, _ value: Float) {
    varint(UInt64(number << 3 | 5))
    bytes += ONNX.littleEndian(value.bitPattern)
  }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest > 0x7f {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

/// ONNX messages by the numbers of their fields.
public enum ONNX {
  public static func node(
    _ operation: String, _ inputs: [String], _ outputs: [String], name: String = "",
    domain: String = "", _ attributes: [Message] = []
  ) -> Message {
    var node = Message()
    inputs.forEach { node.add(1, $0) }
    outputs.forEach { node.add(2, $0) }
    node.add(3, name)
    node.add(4, operation)
    attributes.forEach { node.add(5, $0) }
    node.add(7, domain)
    return node
  }

  public static func int(_ name: String, _ value: Int) -> Message {
    attribute(name, 2) { $0.add(3, value) }
  }

  public static func ints(_ name: String, _ values: [Int]) -> Message {
    attribute(name, 7) { message in values.forEach { message.add(8, $0) } }
  }

  public static func float(_ name: String, _ value: Float) -> Message {
    attribute(name, 1) { $0.add(2, value) }
  }

  public static func string(_ name: String, _ value: String) -> Message {
    attribute(name, 3) { $0.add(4, value) }
  }

  public static func graph(_ name: String, _ value: Message) -> Message {
    attribute(name, 5) { $0.add(6, value) }
  }

  private static func attribute(
    _ name: String, _ type: Int, _ content: (inout Message) -> Void
  ) -> Message {
    var attribute = Message()
    attribute.add(1, name)
    content(&attribute)
    attribute.add(20, type)
    return attribute
  }

  /// A tensor with raw data; types are ONNX's numbers.
  public static func tensor(_ name: String, _ type: Int, _ shape: [Int], raw: [UInt8]) -> Message {
    var tensor = Message()
    shape.forEach { tensor.add(1, $0) }
    tensor.add(2, type)
    tensor.add(8, name)
    tensor.add(9, raw)
    return tensor
  }

  public static func floats(_ name: String, _ shape: [Int], _ values: [Float]) -> Message {
    tensor(name, 1, shape, raw: values.flatMap { littleEndian($0.bitPattern) })
  }

  public static func int64s(_ name: String, _ shape: [Int], _ values: [Int64]) -> Message {
    tensor(name, 7, shape, raw: values.flatMap { littleEndian($0) })
  }

  public static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    stride(from: 0, to: value.bitWidth, by: 8).map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  public static func value(_ name: String, _ type: Int = 1, _ shape: [Int]? = nil) -> Message {
    var tensor = Message()
    tensor.add(1, type)
    if let shape {
      var dimensions = Message()
      for size in shape {
        var dimension = Message()
        dimension.add(1, size)
        dimensions.add(1, dimension)
      }
      tensor.add(2, dimensions)
    }
    var content = Message()
    content.add(1, tensor)
    var value = Message()
    value.add(1, name)
    value.add(2, content)
    return value
  }

  public static func graph(
    _ nodes: [Message], inputs: [Message] = [], outputs: [Message] = [],
    initializers: [Message] = []
  ) -> Message {
    var graph = Message()
    nodes.forEach { graph.add(1, $0) }
    graph.add(2, "g")
    initializers.forEach { graph.add(5, $0) }
    inputs.forEach { graph.add(11, $0) }
    outputs.forEach { graph.add(12, $0) }
    return graph
  }

  public static func opset(_ version: Int, domain: String = "") -> Message {
    var opset = Message()
    opset.add(1, domain)
    opset.add(2, version)
    return opset
  }

  public static func model(
    _ graph: Message, opset version: Int = 17, functions: [Message] = [], domains: [String] = []
  ) -> [UInt8] {
    var model = Message()
    model.add(1, 8)
    model.add(7, graph)
    model.add(8, opset(version))
    domains.forEach { model.add(8, opset(1, domain: $0)) }
    functions.forEach { model.add(25, $0) }
    return model.bytes
  }

  public static func function(
    _ name: String, inputs: [String], outputs: [String], _ nodes: [Message]
  ) -> Message {
    var function = Message()
    function.add(1, name)
    inputs.forEach { function.add(4, $0) }
    outputs.forEach { function.add(5, $0) }
    nodes.forEach { function.add(7, $0) }
    function.add(9, opset(17))
    function.add(9, opset(1, domain: "local"))
    function.add(10, "local")
    return function
  }

  /// One node with its inputs as the model's.
  public static func single(
    _ operation: String, inputs: [Int], outputs: Int = 1, opset: Int = 17,
    _ attributes: [Message] = []
  ) -> [UInt8] {
    let names = inputs.indices.map { "x\($0)" }
    let results = (0..<outputs).map { "y\($0)" }
    return model(
      graph(
        [node(operation, names, results, attributes)],
        inputs: zip(names, inputs).map { value($0, $1) }, outputs: results.map { value($0, 0) }),
      opset: opset)
  }
}
