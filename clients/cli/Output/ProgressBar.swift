internal import Console
internal import GensynClient
internal import Synchronization

/// Shows on a terminal how far a transfer has come, once it takes longer than a second.
final class ProgressBar: Sendable {
  private let stream = OutputStream.standardError
  private let isShown: Bool
  private let state = Mutex(State())

  private struct State {
    var start = ContinuousClock.now
    var phase: TransferProgress.Phase?
    var startBytes: UInt64 = 0
    var lastDrawn: ContinuousClock.Instant?
  }

  init() {
    isShown = stream.isTerminal
  }

  func update(_ progress: TransferProgress) {
    guard isShown else { return }
    let line = state.withLock { state -> String? in
      let now = ContinuousClock.now
      if state.phase != progress.phase {
        // What was there before says nothing about the speed.
        state.phase = progress.phase
        state.start = now
        state.startBytes = progress.doneBytes
      }
      guard now - state.start > .seconds(1),
        state.lastDrawn.map({ now - $0 > .milliseconds(100) }) ?? true
      else { return nil }
      state.lastDrawn = now
      let moved = progress.doneBytes - min(progress.doneBytes, state.startBytes)
      return Self.line(
        progress, bytesPerSecond: Double(moved) / ((now - state.start) / .seconds(1)),
        columns: stream.columnCount)
    }
    guard let line else { return }
    // A bar that cannot be drawn is no reason to give the transfer up.
    try? stream.write("\r\u{1B}[K" + line)
  }

  /// Takes the bar away.
  func finish() {
    guard state.withLock({ $0.lastDrawn != nil }) else { return }
    try? stream.write("\r\u{1B}[K")
  }

  static func line(
    _ progress: TransferProgress, bytesPerSecond: Double, columns: Int
  ) -> String {
    let total = max(progress.totalBytes, 1)
    let share = min(1, Double(progress.doneBytes) / Double(total))
    let left = Double(total - min(total, progress.doneBytes)) / max(bytesPerSecond, 1)
    let name = progress.phase == .hashing ? "hashing " : ""
    let facts =
      " \(Int(share * 100)) %  \(ByteCount.text(progress.doneBytes)) of "
      + "\(ByteCount.text(progress.totalBytes))  \(ByteCount.text(UInt64(bytesPerSecond)))/s  "
      + clock(left)
    let width = max(0, min(40, columns - name.count - facts.count - 3))
    let done = Int(share * Double(width))
    return "\(name)[\(String(repeating: "=", count: done))"
      + "\(String(repeating: " ", count: width - done))]\(facts)"
  }

  private static func clock(_ seconds: Double) -> String {
    let seconds = Int(min(seconds, 359_999))
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let minutes = "\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    return seconds < 3600 ? minutes : "\(seconds / 3600):\(minutes)"
  }
}
