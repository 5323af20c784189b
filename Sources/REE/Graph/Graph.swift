/// A computation: each value is made once, and nodes stand in an order in which they can run.
public struct Graph: Sendable {
  public let name: String
  public let inputs: [ValueID]
  public let outputs: [ValueID]
  public let nodes: [Node]
}

/// One value of a model. Numbers are unique in the whole model, subgraphs included.
public struct ValueID: Hashable, Sendable {
  public let index: Int
}

/// One application of an operator.
public struct Node: Sendable {
  public let name: String
  public let operation: Operation
  /// `nil`: an optional input that is left out.
  public let inputs: [ValueID?]
  /// `nil`: an output that nobody wants.
  public let outputs: [ValueID?]
  public let attributes: [String: Attribute]
  /// What the node's subgraphs read from outside themselves.
  public let captures: [ValueID]
}

/// An operator as a model names it.
public struct Operation: Hashable, Sendable {
  /// Empty: ONNX's own.
  public let domain: String
  public let name: String
  /// The version of the domain's operators that the model was written for.
  public let opset: Int
}

extension Operation: CustomStringConvertible {
  public var description: String { domain.isEmpty ? name : "\(domain).\(name)" }
}

/// A constant that is part of a node.
public enum Attribute: Sendable {
  case float(Float)
  case int(Int64)
  case string(String)
  case tensor(Tensor)
  case graph(Graph)
  case floats([Float])
  case ints([Int64])
  case strings([String])
  case tensors([Tensor])
  case graphs([Graph])
  case type(ValueType)

  var kind: String {
    switch self {
    case .float: "float"
    case .int: "int"
    case .string: "string"
    case .tensor: "tensor"
    case .graph: "graph"
    case .floats: "floats"
    case .ints: "ints"
    case .strings: "strings"
    case .tensors: "tensors"
    case .graphs: "graphs"
    case .type: "type_proto"
    }
  }
}

/// A graph with everything that it needs to run.
public struct Model: Sendable {
  public let graph: Graph
  /// Names and declared types, by ``ValueID``.
  public let values: [Declaration]
  /// What the model brings. An input that is among them may be left out of a run.
  public let constants: [ValueID: Tensor]
  /// The versions of the operators of each domain.
  public let opsets: [String: Int]
  public let producer: String

  public struct Declaration: Sendable {
    public let name: String
    public var type: ValueType
  }

  public func name(of value: ValueID) -> String { values[value.index].name }

  public func type(of value: ValueID) -> ValueType { values[value.index].type }

  /// The inputs that a run must give.
  public var requiredInputs: [ValueID] {
    graph.inputs.filter { input in
      if case .optional = type(of: input) { return false }
      return constants[input] == nil
    }
  }
}
