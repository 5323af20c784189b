/// A moment for which a loop is asked to call back. Set it with ``EventLoop/set(_:at:)``.
public final class LoopTimer {
  /// Who is called. The timer keeps its target alive while it is set, and not otherwise.
  public unowned var target: (any TimerTarget)?
  var pinned: (any TimerTarget)?
  public internal(set) var instant = ContinuousClock.now
  /// Where the timer stands in its loop's heap; -1 while it is not set.
  var position = -1

  public init(target: (any TimerTarget)? = nil) {
    self.target = target
  }

  public var isSet: Bool { position >= 0 }
}

public protocol TimerTarget: AnyObject {
  func fired(_ timer: LoopTimer)
}

/// Timers with the next one first: a binary heap in which each timer knows its place.
struct TimerHeap {
  private var timers: [LoopTimer] = []

  var first: LoopTimer? { timers.first }

  mutating func insert(_ timer: LoopTimer) {
    timer.position = timers.count
    timer.pinned = timer.target
    timers.append(timer)
    siftUp(timer.position)
  }

  mutating func remove(_ timer: LoopTimer) {
    let position = timer.position
    guard position >= 0 else { return }
    timer.position = -1
    timer.pinned = nil
    let last = timers.removeLast()
    guard last !== timer else { return }
    place(last, at: position)
    siftUp(position)
    siftDown(last.position)
  }

  mutating func popDue(
    at now: ContinuousClock.Instant
  ) -> (timer: LoopTimer, target: (any TimerTarget)?)? {
    guard let first = timers.first, first.instant <= now else { return nil }
    let target = first.pinned
    remove(first)
    return (first, target)
  }

  private mutating func place(_ timer: LoopTimer, at position: Int) {
    timers[position] = timer
    timer.position = position
  }

  private mutating func siftUp(_ start: Int) {
    var position = start
    let timer = timers[position]
    while position > 0 {
      let parent = (position - 1) / 2
      guard timer.instant < timers[parent].instant else { break }
      place(timers[parent], at: position)
      position = parent
    }
    place(timer, at: position)
  }

  private mutating func siftDown(_ start: Int) {
    var position = start
    let timer = timers[position]
    while true {
      var child = 2 * position + 1
      guard child < timers.count else { break }
      if child + 1 < timers.count, timers[child + 1].instant < timers[child].instant { child += 1 }
      guard timers[child].instant < timer.instant else { break }
      place(timers[child], at: position)
      position = child
    }
    place(timer, at: position)
  }
}
