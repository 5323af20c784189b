/// Why a run cannot begin.
public enum RunRefusal: Error, Hashable, Sendable {
  /// An input that has a type or dimensions which no tensor can have, or too few bytes.
  case input(String, reason: String)
  case duplicateInput(String)
  case unknownOutput(String)
  /// An output that is no tensor, or of a type that only models hold.
  case outputKind(String)
  /// Inputs and texts together, or texts without a tokenizer.
  case texts(String)
}

extension RunRefusal: CustomStringConvertible {
  public var description: String {
    switch self {
    case .input(let name, let reason): "input \"\(name)\": \(reason)"
    case .duplicateInput(let name): "input \"\(name)\" is given twice"
    case .unknownOutput(let name): "the model has no output \"\(name)\""
    case .outputKind(let name): "output \"\(name)\" is no tensor that can be returned"
    case .texts(let reason): reason
    }
  }
}
