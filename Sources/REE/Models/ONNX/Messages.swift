// What an ONNX file says, in Swift values: texts checked, tensors made, names not yet resolved.

struct ModelMessage {
  var producer: String
  var opsets: [OpsetMessage]
  var graph: GraphMessage
  var functions: [FunctionMessage]
}

struct OpsetMessage {
  var domain: String
  var version: Int64
}

struct GraphMessage {
  var name: String
  var nodes: [NodeMessage]
  var initializers: [(name: String, tensor: Tensor)]
  var inputs: [ValueMessage]
  var outputs: [ValueMessage]
  var others: [ValueMessage]
}

struct ValueMessage {
  var name: String
  var type: ValueType
}

struct NodeMessage {
  var name: String
  var operatorType: String
  var domain: String
  var overload: String
  var inputs: [String]
  var outputs: [String]
  var attributes: [AttributeMessage]

  var place: ModelError.Place { .node(name: name, operator: operatorType) }
}

struct AttributeMessage {
  var name: String
  /// The attribute of the function around that this one takes its value from.
  var reference: String?
  var content: Content?

  indirect enum Content {
    case value(Attribute)
    case graph(GraphMessage)
    case graphs([GraphMessage])
  }
}

struct FunctionMessage {
  var name: String
  var domain: String
  var overload: String
  var inputs: [String]
  var outputs: [String]
  var attributes: [String]
  var defaults: [AttributeMessage]
  var nodes: [NodeMessage]
  var opsets: [OpsetMessage]
}

/// What reading a model may take.
public struct ModelLimits: Sendable {
  /// Larger files are refused; protobuf itself ends at 2 GiB.
  public var sizeBytesMax = 1 << 31
  /// How deep messages may stand inside one another; a graph in a graph counts three times.
  public var nestingMax = 100
  /// What unpacking may take for each byte of the file, on top of ``parsedSizeMin``.
  public var parsedSizeFactor = 8
  public var parsedSizeMin = 1 << 24
  public var nodeCountMax = 1 << 18
  public var functionDepthMax = 32
  /// What tensors may take whose data is in files beside the model or not written out.
  public var tensorSizeBytesMax = 1 << 35

  public init() {}
}
