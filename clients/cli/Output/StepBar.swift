internal import Console
internal import Schema
internal import Synchronization

/// Shows on a terminal how far a run of many steps is, once it takes longer than a second.
final class StepBar: Sendable {
  private let stream = OutputStream.standardError
  private let isShown: Bool
  private let state = Mutex(State())

  private struct State {
    var start = ContinuousClock.now
    var total: UInt64 = 0
    var done: UInt64 = 0
    var lastDrawn: ContinuousClock.Instant?
  }

  init() {
    isShown = stream.isTerminal
  }

  /// Says how many steps there are.
  func begin(_ total: UInt64) {
    state.withLock {
      $0.total = total
      $0.start = .now
    }
  }

  func update(_ step: Gensyn_Ree_V1.TrainingStep) {
    advance {
      $0 + 1
    } facts: {
      "loss \(Double(Int(step.loss * 1000)) / 1000)"
    }
  }

  func update(stepsDone: UInt64) {
    advance { _ in
      stepsDone
    } facts: {
      ""
    }
  }

  private func advance(_ next: (UInt64) -> UInt64, facts: () -> String) {
    guard isShown else { return }
    let line = state.withLock { state -> String? in
      state.done = next(state.done)
      let now = ContinuousClock.now
      guard now - state.start > .seconds(1),
        state.lastDrawn.map({ now - $0 > .milliseconds(100) }) ?? true
      else { return nil }
      state.lastDrawn = now
      return Self.line(
        done: state.done, total: state.total, seconds: (now - state.start) / .seconds(1),
        facts: facts(), columns: stream.columnCount)
    }
    guard let line else { return }
    // A bar that cannot be drawn is no reason to give the run up.
    try? stream.write("\r\u{1B}[K" + line)
  }

  /// Takes the bar away.
  func finish() {
    guard state.withLock({ $0.lastDrawn != nil }) else { return }
    try? stream.write("\r\u{1B}[K")
  }

  static func line(
    done: UInt64, total: UInt64, seconds: Double, facts: String, columns: Int
  ) -> String {
    let total = max(total, 1)
    let share = min(1, Double(done) / Double(total))
    let rate = Double(done) / max(seconds, 1e-3)
    let left = Int(min(Double(total - min(total, done)) / max(rate, 1e-6), 359_999))
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let clock =
      (left < 3600 ? "" : "\(left / 3600):") + "\(two(left / 60 % 60)):\(two(left % 60))"
    let text =
      " \(done) of \(total) steps  \(Double(Int(min(rate, 1e9) * 10)) / 10)/s  \(clock)  \(facts)"
    let width = max(0, min(40, columns - text.count - 3))
    let filled = Int(share * Double(width))
    return "[\(String(repeating: "=", count: filled))"
      + "\(String(repeating: " ", count: width - filled))]\(text)"
  }
}
