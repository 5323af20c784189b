/// Which symbols of a piece are left, each with its neighbours.
struct SymbolChain {
  private var before: [Int]
  private var behind: [Int]
  private var live: [Bool]

  init(count: Int) {
    before = (0..<count).map { $0 - 1 }
    behind = (0..<count).map { $0 + 1 }
    live = Array(repeating: true, count: count)
  }

  func isLive(_ position: Int) -> Bool { live[position] }

  func next(_ position: Int) -> Int? {
    behind[position] < live.count ? behind[position] : nil
  }

  func previous(_ position: Int) -> Int? {
    before[position] >= 0 ? before[position] : nil
  }

  mutating func remove(_ position: Int) {
    live[position] = false
    if let previous = previous(position) { behind[previous] = behind[position] }
    if let next = next(position) { before[next] = before[position] }
  }
}

/// Merges that could be made, the best first: a binary heap.
struct MergeQueue {
  struct Candidate {
    let rank: UInt32
    let position: Int

    fileprivate func isBefore(_ other: Candidate) -> Bool {
      rank != other.rank ? rank < other.rank : position < other.position
    }
  }

  private var heap: [Candidate] = []

  mutating func insert(_ candidate: Candidate) {
    heap.append(candidate)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].isBefore(heap[parent]) else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  mutating func popFirst() -> Candidate? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return first }
    heap[0] = last
    var parent = 0
    while true {
      var child = parent * 2 + 1
      guard child < heap.count else { return first }
      if child + 1 < heap.count, heap[child + 1].isBefore(heap[child]) { child += 1 }
      guard heap[child].isBefore(heap[parent]) else { return first }
      heap.swapAt(child, parent)
      parent = child
    }
  }
}
