public import Primitives
public import Receipts

/// Computes operators as a whole, by their reference definition: who has the model can be one.
public protocol OperatorJudge: Sendable {
  /// What an entry of the program gives for these inputs.
  ///
  /// - Parameter contents: The elements of each input, held against `inputs` before; of those that the
  ///   model brings, nothing.
  func outputs(
    of entry: Int, step: UInt64, inputs: [TensorCommitment], contents: [[UInt8]], _ terms: Terms
  ) -> OperatorOutcome
}

public enum OperatorOutcome: Hashable, Sendable {
  /// The digests of the outputs; of an output that nobody wants, that of ``TensorCommitment/absent``.
  case computed([Digest])
  /// The operator has no result for such inputs.
  case impossible
  /// It cannot be computed here: too large, or unknown. A doubt of it loses.
  case notJudged
}
