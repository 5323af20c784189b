/// What flows along an edge of a graph.
public indirect enum Value: Sendable {
  case tensor(Tensor)
  case sequence([Value])
  /// A value that may be missing.
  case optional(Value?)

  public var tensor: Tensor? {
    if case .tensor(let tensor) = self { tensor } else { nil }
  }

  public var sizeBytes: Int {
    switch self {
    case .tensor(let tensor): tensor.sizeBytes
    case .sequence(let values): values.reduce(0) { $0 + $1.sizeBytes }
    case .optional(let value): value?.sizeBytes ?? 0
    }
  }
}

/// What is known about a value before the run.
public indirect enum ValueType: Hashable, Sendable {
  /// Dimensions that only the run decides are named or unknown; `nil`: not even the rank is known.
  case tensor(ElementType?, [Dimension]?)
  case sequence(ValueType)
  case optional(ValueType)
  case unknown
}

/// The length of one dimension before the run.
public enum Dimension: Hashable, Sendable {
  case fixed(Int)
  /// A length that each run chooses, the same wherever the name stands.
  case variable(String)
  case unknown
}
