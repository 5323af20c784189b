public import Primitives

extension JobRecord {
  /// The steps, counted from the job's beginning, that its money suffices for.
  public var fundedSteps: UInt64 {
    guard let escrow else { return 0 }
    let committed = escrow.committedSteps
    var reserved = U256.zero
    var previous: UInt64 = 0
    for checkpoint in escrow.checkpoints {
      let steps = checkpoint.steps &- previous
      previous = checkpoint.steps
      guard !checkpoint.isReleased, !(checkpoint.isVoid && escrow.phase == .ended) else {
        continue
      }
      let price = escrowTerms.pricePerStep.multiplied(by: steps) ?? .max
      reserved = reserved &+ price &+ escrowTerms.verifierFee
    }
    guard let left = escrow.funds.subtracting(reserved)?.subtracting(escrowTerms.verifierFee) else {
      return committed
    }
    let more = (left / escrowTerms.pricePerStep).clamped
    let (sum, overflow) = committed.addingReportingOverflow(more)
    return overflow ? escrowTerms.steps : min(sum, escrowTerms.steps)
  }

  /// Whether no further step is paid for.
  public var isDry: Bool {
    guard let escrow else { return false }
    return fundedSteps <= escrow.committedSteps && escrow.committedSteps < escrowTerms.steps
  }

  /// When the money will run out at the present speed; nil where it suffices or nothing is known of
  /// the speed.
  public var dryTime: UnixTime? {
    guard let lease, let escrow, fundedSteps < escrowTerms.steps, escrow.phase == .running,
      let first = events.first(where: { $0.content == .state(.running) })
    else { return nil }
    let elapsed = updated.milliseconds &- first.time.milliseconds
    guard lease.stepsDone > 0, elapsed > 0 else { return nil }
    let left = Double(fundedSteps) - Double(min(lease.stepsDone, fundedSteps))
    let milliseconds = Double(elapsed) / Double(lease.stepsDone) * left
    return updated.advanced(by: .milliseconds(Int64(min(milliseconds, 1e15))))
  }
}
