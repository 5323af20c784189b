internal import Dispatch
public import Foundation
internal import Synchronization

/// Writes finished lines on a thread of its own, so that whoever logs never waits for a pipe.
///
/// When the reader is slower than the writers for long, lines are dropped and counted.
public final class LineWriter: Sendable {
  private let handle: FileHandle
  private let waitingMax: Int
  private let state = Mutex(State())
  private let arrivals = DispatchSemaphore(value: 0)

  private struct State {
    var waiting: [String] = []
    var droppedCount = 0
    var isWriting = false
  }

  public init(_ handle: FileHandle = .standardError, waitingMax: Int = 10_000) {
    self.handle = handle
    self.waitingMax = waitingMax
    let thread = Thread { self.work() }
    thread.name = "log"
    thread.start()
  }

  /// Takes a line without its end.
  public func write(_ line: String) {
    state.withLock { state in
      guard state.waiting.count < waitingMax else {
        state.droppedCount += 1
        return
      }
      state.waiting.append(line)
    }
    arrivals.signal()
  }

  /// Waits until everything so far is written, or for as long as `timeout`.
  public func flush(timeout: TimeInterval = 1) {
    let end = Date(timeIntervalSinceNow: timeout)
    while state.withLock({ !$0.waiting.isEmpty || $0.isWriting }), Date() < end {
      Thread.sleep(forTimeInterval: 0.002)
    }
  }

  private func work() {
    while true {
      arrivals.wait()
      let (lines, droppedCount) = state.withLock { state in
        defer { state = State(isWriting: true) }
        return (state.waiting, state.droppedCount)
      }
      var text = ""
      for line in lines {
        text += line
        text += "\n"
      }
      if droppedCount > 0 { text += "\(droppedCount) log lines were dropped\n" }
      // Nobody is left to hear that the log cannot be written.
      if !text.isEmpty { try? handle.write(contentsOf: Data(text.utf8)) }
      state.withLock { $0.isWriting = false }
    }
  }
}
