internal import Dispatch
internal import Foundation
internal import Synchronization

/// A few threads for work that waits for the disk, so that no event loop has to.
public final class DiskExecutor: TaskExecutor {
  private let jobs = Mutex(JobQueue())
  private let arrivals = DispatchSemaphore(value: 0)

  private struct JobQueue: Sendable {
    var waiting: [UnownedJob] = []
    /// How many of `waiting` have been taken; the array is cut when all have.
    var taken = 0

    mutating func next() -> UnownedJob? {
      guard taken < waiting.count else { return nil }
      defer { taken += 1 }
      let job = waiting[taken]
      if taken == waiting.count - 1 {
        waiting.removeAll(keepingCapacity: true)
        taken = -1
      }
      return job
    }
  }

  /// Starts the threads. They live as long as the process: a node has one such executor.
  public init(threads: Int = 4) {
    for index in 0..<max(1, threads) {
      let thread = Thread { self.work() }
      thread.name = "disk-\(index)"
      thread.start()
    }
  }

  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    jobs.withLock { $0.waiting.append(job) }
    arrivals.signal()
  }

  private func work() {
    while true {
      arrivals.wait()
      guard let job = jobs.withLock({ $0.next() }) else { continue }
      unsafe job.runSynchronously(on: asUnownedTaskExecutor())
    }
  }

  /// Runs `body` on one of the threads; the caller goes on where it was.
  func run<Result: Sendable, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) async throws(Failure) -> Result {
    try await withTaskExecutorPreference(self) { () async throws(Failure) in
      try await onPreferredExecutor(body)
    }
  }
}

@concurrent
private func onPreferredExecutor<Result: Sendable, Failure: Error>(
  _ body: () throws(Failure) -> Result
) async throws(Failure) -> Result {
  try body()
}
