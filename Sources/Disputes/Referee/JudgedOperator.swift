/// The operators that a referee judges by one element, by the names that records give them.
///
/// This is the one list: the contracts name those that the chain judges, and a test compares.
public enum JudgedOperator: String, CaseIterable, Sendable {
  // On chain too: operands of one shape.
  case add = "ai.onnx.Add"
  case sub = "ai.onnx.Sub"
  case mul = "ai.onnx.Mul"
  /// [..., M, K] by [..., N, K], the second operand transposed: blocks of 256 from +0, folded from the
  /// left. On chain two matrices.
  case matMulTransposed = "gensyn.MatMulTransposed"

  // These only move elements.
  /// The last two dimensions change places.
  case swapLast = "gensyn.SwapLast"
  /// Rows of all batches one below the other: [..., K] to [M, K].
  case rows = "gensyn.Rows"
  /// The first operand's rows in the batches of the second: [M, N] and [..., K] to [..., N].
  case unrows = "gensyn.Unrows"

  /// Those that the chain judges.
  public static let onChain: [JudgedOperator] = [.add, .sub, .mul, .matMulTransposed]

  /// The version of the semantics of those that are not a graph's.
  public static let ownVersion = "1.0.0"
}
