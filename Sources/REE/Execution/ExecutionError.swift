/// Why a run ended without results.
public enum ExecutionError: Error, Hashable, Sendable {
  case missingInput(String)
  case unknownInput(String)
  case inputType(String, expected: ValueType)
  case cancelled
  /// The plan needs more than the run may take; nothing was computed.
  case memory(planned: Int, limit: Int)
  /// A node could not be computed.
  case node(ModelError.Place, NodeFailure)

  public enum NodeFailure: Error, Hashable, Sendable {
    case operation(OperatorError)
    case tensor(TensorError)
  }
}

extension ExecutionError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missingInput(let name): "input \"\(name)\" is missing"
    case .unknownInput(let name): "the model has no input \"\(name)\""
    case .inputType(let name, let expected): "input \"\(name)\" must be \(expected)"
    case .cancelled: "the run was cancelled"
    case .memory(let planned, let limit):
      "the run needs \(planned) bytes, and \(limit) are allowed"
    case .node(let place, .operation(let error)): "\(place): \(error)"
    case .node(let place, .tensor(let error)): "\(place): \(error)"
    }
  }
}
