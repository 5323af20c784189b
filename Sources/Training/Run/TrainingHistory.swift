public import Primitives
internal import Receipts

/// What is committed of every step since the run's first: enough to check any part of the run against
/// the root that a receipt names.
public struct TrainingHistory: Hashable, Sendable {
  /// The roots of the steps: the leaves of the trace.
  public private(set) var roots: [Digest] = []
  public private(set) var losses: [Float] = []

  public init() {}

  init(roots: [Digest], losses: [Float]) {
    self.roots = roots
    self.losses = losses
  }

  mutating func append(_ root: Digest, loss: Float) {
    roots.append(root)
    losses.append(loss)
  }

  /// The root of the trace of the steps from `first` on.
  public func traceRoot(from first: UInt64) -> Digest {
    MerkleTree(roots.dropFirst(Int(clamping: first))).root
  }
}
