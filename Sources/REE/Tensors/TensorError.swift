/// Why a tensor cannot exist.
public enum TensorError: Error, Hashable, Sendable {
  case negativeDimension(Int)
  case dimensionTooLarge(Int, limit: Int)
  case rankTooLarge(Int, limit: Int)
  case sizeTooLarge(shape: [Int], limit: Int)
  /// The number of bytes or elements given is not what type and shape ask for.
  case count(expected: Int, found: Int)
  /// Bytes of texts whose lengths or characters are wrong.
  case text
  case memory(needed: Int, used: Int, limit: Int)
}

extension TensorError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .negativeDimension(let size): "a dimension is \(size)"
    case .dimensionTooLarge(let size, let limit):
      "a dimension is \(size), and at most \(limit) is accepted"
    case .rankTooLarge(let rank, let limit):
      "it has \(rank) dimensions, at most \(limit) are accepted"
    case .sizeTooLarge(let shape, let limit):
      "shape \(shape) needs more than the \(limit) bytes that a tensor may take"
    case .count(let expected, let found): "\(expected) elements or bytes are needed, not \(found)"
    case .text: "the bytes are no list of texts"
    case .memory(let needed, let used, let limit):
      "\(needed) bytes more are needed while \(used) of \(limit) are in use"
    }
  }
}
