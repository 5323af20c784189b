internal import CSystem
internal import Glibc
internal import Synchronization

/// One thread that waits for sockets, timers and jobs, and runs the tasks that prefer it.
///
/// What belongs to a loop (connections, timers) is touched only by its thread. A turn handles the
/// sockets that are ready, then due timers, then runs jobs and flushes connections until neither
/// is left: answers of one turn leave in one write.
@safe
public final class EventLoop: TaskExecutor, @unchecked Sendable {
  // Unchecked: only `remote` is touched by other threads; the rest belongs to the loop's own.
  private let epoll: Int32
  private let wakeup: Int32
  private let remote = Mutex(Remote())

  private var registrations: [Registration] = []
  private var freeSlots: [Int] = []
  private var timers = TimerHeap()
  private var jobs = JobRing()
  private var pendingFlushes: [any Flushable] = []
  /// The time of the current turn, so that not every timer asks the clock.
  public private(set) var now = ContinuousClock.now
  private var isStopped = false
  /// Where whoever reads from a socket on this loop reads to; nobody keeps anything in it.
  public let readBuffer: UnsafeMutableRawBufferPointer

  private struct Remote {
    var jobs: [UnownedJob] = []
    var closures: [@Sendable () -> Void] = []
    var isSignalled = false
  }

  private struct Registration {
    var handler: (any EventHandler)?
    var generation: UInt32 = 0
  }

  /// Starts a loop with a thread of its own.
  public init(name: String) throws(SystemError) {
    unsafe readBuffer = .allocate(byteCount: Self.readBufferSize, alignment: 64)
    epoll = try SystemError.check("epoll_create1", epoll_create1(Int32(EPOLL_CLOEXEC)))
    wakeup = try SystemError.check(
      "eventfd", eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC)))
    var event = unsafe epoll_event(
      events: EPOLLIN.rawValue, data: epoll_data_t(u64: Self.wakeupToken))
    try SystemError.check("epoll_ctl", unsafe epoll_ctl(epoll, EPOLL_CTL_ADD, wakeup, &event))
    let context = unsafe Unmanaged.passRetained(self).toOpaque()
    var thread = pthread_t()
    let status = unsafe pthread_create(&thread, nil, runEventLoop, context)
    guard status == 0 else { throw SystemError(call: "pthread_create", code: status) }
    unsafe pthread_setname_np(thread, String(name.prefix(15)))
    pthread_detach(thread)
  }

  deinit {
    unsafe readBuffer.deallocate()
    close(epoll)
    close(wakeup)
  }

  private static let readBufferSize = 256 << 10

  /// Whether the calling thread is the loop's.
  public var isCurrent: Bool {
    unsafe csystem_current_loop() == Unmanaged.passUnretained(self).toOpaque()
  }

  /// Ends the loop after the current turn. What is registered stays open.
  public func stop() {
    execute { self.isStopped = true }
  }
}

/// What a loop calls when a descriptor is ready.
public protocol EventHandler: AnyObject {
  func ready(_ events: ReadyEvents)
}

/// What a loop calls at the end of a turn in which ``EventLoop/flushLater(_:)`` was asked for.
public protocol Flushable: AnyObject {
  func flush()
}

/// What a descriptor is ready for.
public struct ReadyEvents: OptionSet, Sendable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  public static let readable = ReadyEvents(rawValue: EPOLLIN.rawValue)
  public static let writable = ReadyEvents(rawValue: EPOLLOUT.rawValue)
  /// The peer is gone, in both directions.
  public static let hungUp = ReadyEvents(rawValue: EPOLLHUP.rawValue | EPOLLERR.rawValue)
}

// MARK: - Descriptors

extension EventLoop {
  private static let wakeupToken = UInt64.max

  /// Names a registered descriptor.
  public struct Token: Hashable, Sendable {
    let slot: Int
    let generation: UInt32

    var raw: UInt64 { UInt64(generation) << 32 | UInt64(slot) }
  }

  /// Watches a descriptor; the loop keeps `handler` until it is deregistered.
  ///
  /// `exclusively` wakes only one of several loops that watch the same descriptor.
  public func register(
    _ descriptor: Int32, _ handler: any EventHandler, for events: ReadyEvents,
    exclusively: Bool = false
  ) throws(SystemError) -> Token {
    let slot: Int
    if let free = freeSlots.popLast() {
      slot = free
    } else {
      slot = registrations.count
      registrations.append(Registration())
    }
    registrations[slot].handler = handler
    let token = Token(slot: slot, generation: registrations[slot].generation)
    var event = unsafe epoll_event(
      events: events.rawValue | (exclusively ? EPOLLEXCLUSIVE.rawValue : 0),
      data: epoll_data_t(u64: token.raw))
    let status = unsafe epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event)
    guard status == 0 else {
      let code = errno
      release(token)
      throw SystemError(call: "epoll_ctl", code: code)
    }
    return token
  }

  public func watch(_ descriptor: Int32, _ token: Token, for events: ReadyEvents) {
    var event = unsafe epoll_event(
      events: events.rawValue, data: epoll_data_t(u64: token.raw))
    let status = unsafe epoll_ctl(epoll, EPOLL_CTL_MOD, descriptor, &event)
    precondition(status == 0, "a registered descriptor can be modified")
  }

  public func deregister(_ descriptor: Int32, _ token: Token) {
    var event = unsafe epoll_event()
    _ = unsafe epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, &event)
    release(token)
  }

  private func release(_ token: Token) {
    registrations[token.slot].handler = nil
    // Events of this turn that still name the slot must not reach its next owner.
    registrations[token.slot].generation &+= 1
    freeSlots.append(token.slot)
  }

  private func dispatch(_ token: UInt64, _ events: UInt32) {
    let slot = Int(token & 0xFFFF_FFFF)
    guard registrations[slot].generation == UInt32(token >> 32) else { return }
    registrations[slot].handler?.ready(ReadyEvents(rawValue: events))
  }
}

// MARK: - Jobs

extension EventLoop {
  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    if isCurrent {
      jobs.append(job)
    } else {
      let mustSignal = remote.withLock { remote in
        remote.jobs.append(job)
        defer { remote.isSignalled = true }
        return !remote.isSignalled
      }
      if mustSignal { eventfd_write(wakeup, 1) }
    }
  }

  /// Runs `body` on the loop: at once when the caller is there, else soon, and after what was asked
  /// before from elsewhere.
  public func execute(_ body: @escaping @Sendable () -> Void) {
    if isCurrent { return body() }
    let mustSignal = remote.withLock { remote in
      remote.closures.append(body)
      defer { remote.isSignalled = true }
      return !remote.isSignalled
    }
    if mustSignal { eventfd_write(wakeup, 1) }
  }

  /// Runs `body` on the loop and waits for it; at once when the caller is already there.
  public func run<T: Sendable>(_ body: @Sendable () throws -> T) async rethrows -> T {
    if isCurrent { return try body() }
    return try await withTaskExecutorPreference(self) { try await onLoop(body) }
  }

  /// Asks for a flush at the end of this turn.
  public func flushLater(_ target: any Flushable) {
    pendingFlushes.append(target)
  }

  private func takeRemoteJobs() {
    var counter: eventfd_t = 0
    unsafe eventfd_read(wakeup, &counter)
    let arrived = remote.withLock { remote in
      let arrived = remote
      remote = Remote()
      return arrived
    }
    for job in arrived.jobs { jobs.append(job) }
    for closure in arrived.closures { closure() }
  }
}

@concurrent
private func onLoop<T: Sendable>(_ body: @Sendable () throws -> T) async rethrows -> T {
  try body()
}

// MARK: - Timers

extension EventLoop {
  /// Sets `timer` to fire once at `instant`, instead of whenever it was set for before.
  public func set(_ timer: LoopTimer, at instant: ContinuousClock.Instant) {
    timers.remove(timer)
    timer.instant = instant
    timers.insert(timer)
  }

  public func set(_ timer: LoopTimer, after delay: Duration) {
    set(timer, at: .now.advanced(by: delay))
  }

  public func cancel(_ timer: LoopTimer) {
    timers.remove(timer)
  }
}

// MARK: - The thread

private func runEventLoop(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context = unsafe context else { return nil }
  let loop = unsafe Unmanaged<EventLoop>.fromOpaque(context).takeRetainedValue()
  unsafe csystem_set_current_loop(context)
  loop.run()
  csystem_set_current_loop(nil)
  return nil
}

extension EventLoop {
  /// How many events one call of `epoll_wait` returns at most.
  private static let eventsMax = 256
  /// How many rounds of jobs and flushes a turn has before sockets get their chance again.
  private static let roundsMax = 64

  fileprivate func run() {
    let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: Self.eventsMax)
    defer { unsafe events.deallocate() }
    while !isStopped {
      let count = unsafe epoll_wait(epoll, events, Int32(Self.eventsMax), waitMilliseconds())
      now = .now
      for index in 0..<max(0, Int(count)) {
        let event = unsafe events[index]
        if unsafe event.data.u64 == Self.wakeupToken {
          takeRemoteJobs()
        } else {
          unsafe dispatch(event.data.u64, event.events)
        }
      }
      while let due = timers.popDue(at: now) { due.target?.fired(due.timer) }
      finishTurn()
    }
  }

  private func finishTurn() {
    for _ in 0..<Self.roundsMax {
      guard !jobs.isEmpty || !pendingFlushes.isEmpty else { return }
      // Only what is there now: a job that enqueues itself again waits for the next round.
      for _ in 0..<jobs.count {
        unsafe jobs.takeFirst().runSynchronously(on: asUnownedTaskExecutor())
      }
      let flushes = pendingFlushes
      pendingFlushes.removeAll(keepingCapacity: true)
      for target in flushes { target.flush() }
    }
  }

  private func waitMilliseconds() -> Int32 {
    if !jobs.isEmpty || !pendingFlushes.isEmpty { return 0 }
    guard let next = timers.first?.instant else { return -1 }
    let wait = ContinuousClock.now.duration(to: next)
    guard wait > .zero else { return 0 }
    let (seconds, attoseconds) = wait.components
    // Rounded up: waking a moment early would spin until the timer is due.
    return Int32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
  }
}
