/// Why an operator cannot be applied to what it is given. Inputs are counted from 0.
public enum OperatorError: Error, Hashable, Sendable {
  case missingInput(Int)
  /// The input is a list where a tensor is needed, or the other way round.
  case wrongKind(input: Int)
  case wrongType(input: Int, ElementType)
  case typesDiffer(ElementType, ElementType)
  case rank(input: Int, found: Int, accepted: ClosedRange<Int>)
  /// Two shapes that do not go together.
  case shapesDiffer([Int], [Int])
  case shape(input: Int, [Int])
  case axis(Int, rank: Int)
  case index(Int, size: Int)
  case missingAttribute(String)
  case attributeType(String)
  case attributeValue(String)
  case inputValue(Int)
  /// A part of the operator's definition that is not implemented.
  case unsupported(String)
  case emptySequence
  case emptyOptional
  case subgraph(String, expected: Int, found: Int)
}

extension OperatorError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missingInput(let input): "input \(input) is missing"
    case .wrongKind(let input): "input \(input) is not the kind of value that is needed"
    case .wrongType(let input, let type): "input \(input) cannot be of type \(type)"
    case .typesDiffer(let first, let second): "the types \(first) and \(second) differ"
    case .rank(let input, let found, let accepted):
      "input \(input) has \(found) dimensions, accepted are \(accepted)"
    case .shapesDiffer(let first, let second): "the shapes \(first) and \(second) do not fit"
    case .shape(let input, let shape): "input \(input) cannot have shape \(shape)"
    case .axis(let axis, let rank): "there is no axis \(axis) in \(rank) dimensions"
    case .index(let index, let size): "index \(index) is outside of \(size)"
    case .missingAttribute(let name): "attribute \(name) is missing"
    case .attributeType(let name): "attribute \(name) has the wrong type"
    case .attributeValue(let name): "attribute \(name) has a value that is not accepted"
    case .inputValue(let input): "input \(input) has a value that is not accepted"
    case .unsupported(let feature): "\(feature) is not supported"
    case .emptySequence: "the list is empty"
    case .emptyOptional: "the value is missing"
    case .subgraph(let name, let expected, let found):
      "graph \(name) must have \(expected) values, not \(found)"
    }
  }
}
