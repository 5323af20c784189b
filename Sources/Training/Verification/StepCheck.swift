public import Primitives

/// Whether steps of a run are what somebody claims, found by taking them again.
public struct StepCheck: Hashable, Sendable {
  /// The first step, counted from the run's first, whose root is another than the claimed one.
  public private(set) var firstWrongStep: UInt64?
  /// The root that was claimed of it, and the one that was found.
  public private(set) var claimed: Digest?
  public private(set) var found: Digest?
  public private(set) var stepsChecked: UInt64 = 0
  public private(set) var isCancelled = false

  public var agrees: Bool { firstWrongStep == nil && !isCancelled }

  /// Takes the trainer's next steps up to `end` and compares each with what is claimed of it. Ends at
  /// the first difference: what follows a wrong step says nothing.
  ///
  /// - Parameters:
  ///   - trainer: At or before the first step to check.
  ///   - roots: The claimed roots of all steps since the run's first, at least up to `end`.
  public init(
    _ trainer: Trainer, upTo end: UInt64, claimed roots: [Digest],
    isCancelled: () -> Bool = { false }, progress: (UInt64) -> Void = { _ in }
  ) {
    let end = min(end, UInt64(roots.count))
    while trainer.stepCount < end {
      guard !isCancelled() else {
        self.isCancelled = true
        return
      }
      let step = trainer.step()
      stepsChecked += 1
      let claim = roots[Int(step.index)]
      guard step.root == claim else {
        firstWrongStep = step.index
        claimed = claim
        found = step.root
        return
      }
      progress(stepsChecked)
    }
  }
}
