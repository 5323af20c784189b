internal import Dispatch
internal import Synchronization

/// Shares independent pieces of work among threads, each piece taken by whoever is free.
///
/// What a piece computes never depends on who computes it, so the number of threads changes no bit.
struct ThreadTeam: Sendable {
  let count: Int

  init(_ count: Int) {
    self.count = max(1, count)
  }

  /// Calls `body` with each number below `pieceCount` once; `worker` is below `count`.
  func run(_ pieceCount: Int, _ body: (_ piece: Int, _ worker: Int) -> Void) {
    guard count > 1, pieceCount > 1 else {
      for piece in 0..<pieceCount { body(piece, 0) }
      return
    }
    let next = Atomic<Int>(0)
    // All calls are over when `concurrentPerform` returns; the pieces touch no memory in common.
    withoutActuallyEscaping(body) { body in
      nonisolated(unsafe) let body = body
      DispatchQueue.concurrentPerform(iterations: min(count, pieceCount)) { worker in
        while true {
          let piece = next.add(1, ordering: .relaxed).oldValue
          guard piece < pieceCount else { return }
          unsafe body(piece, worker)
        }
      }
    }
  }
}
