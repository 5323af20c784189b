/// Jobs in the order in which they were enqueued: a ring that doubles when it is full.
@safe
struct JobRing: ~Copyable {
  private var slots: UnsafeMutablePointer<UnownedJob>
  private var mask: Int
  private var head = 0
  private var tail = 0

  init() {
    mask = 1023
    unsafe slots = .allocate(capacity: mask + 1)
  }

  deinit {
    unsafe slots.deallocate()
  }

  var isEmpty: Bool { head == tail }
  var count: Int { tail &- head }

  mutating func append(_ job: UnownedJob) {
    if count > mask { grow() }
    unsafe (slots + (tail & mask)).initialize(to: job)
    tail &+= 1
  }

  mutating func takeFirst() -> UnownedJob {
    defer { head &+= 1 }
    return unsafe slots[head & mask]
  }

  private mutating func grow() {
    let grown = UnsafeMutablePointer<UnownedJob>.allocate(capacity: (mask + 1) * 2)
    let waiting = count
    for index in 0..<waiting {
      unsafe (grown + index).initialize(to: slots[(head + index) & mask])
    }
    unsafe slots.deallocate()
    unsafe slots = grown
    mask = mask * 2 + 1
    head = 0
    tail = waiting
  }
}
