internal import Buffers
internal import HTTP
internal import RPC

/// What has moved since a moment.
struct Progress {
  var since: ContinuousClock.Instant?
  var count = 0

  /// Starts anew when nothing is awaited, and says what came in the time that is over.
  mutating func advance(
    _ isAwaited: Bool, to count: Int, _ now: ContinuousClock.Instant, each time: Duration
  ) -> Int? {
    guard isAwaited, let since else {
      self = Progress(since: isAwaited ? now : nil, count: count)
      return nil
    }
    guard since.duration(to: now) >= time else { return nil }
    defer { self = Progress(since: now, count: count) }
    return count - self.count
  }
}

extension ServerExchange {
  /// Called every second: a peer that neither sends nor takes anything is not waited for.
  func tick(_ now: ContinuousClock.Instant) {
    checkAge(now)
    checkArrival(now)
    checkDeparture(now)
  }

  /// A request whose handler needs all of it must be here in time, however it arrives.
  private func checkAge(_ now: ContinuousClock.Instant) {
    guard !state.isFinished, !state.inputEnded, state.page == nil, mustBeWhole,
      started.duration(to: now) > context.limits.requestTimeout
    else { return }
    finish(RPCError(.cancelled, "the request took too long to arrive"))
    carrier?.reset(self, code: HTTP2Code.cancel)
  }

  private func checkArrival(_ now: ContinuousClock.Instant) {
    let limits = context.limits
    let arrived = state.arrival.advance(
      isAwaitingPeer, to: state.counts.requestBytes, now, each: limits.requestStallTimeout)
    guard let arrived else { return }
    let (seconds, _) = limits.requestStallTimeout.components
    guard arrived < limits.requestRateMin * max(1, Int(seconds)) else { return }
    if state.page != nil {
      state.isFinished = true
      respond(status: 408, "the request arrives too slowly\n")
    } else {
      finish(RPCError(.cancelled, "the request arrives too slowly"))
    }
  }

  /// Whether a message has begun to arrive that somebody waits for.
  private var isAwaitingPeer: Bool {
    guard !state.isFinished, !state.inputEnded else { return false }
    if mustBeWhole { return true }
    return unsafe state.readWaiter != nil && !state.input.isEmpty
  }

  private func checkDeparture(_ now: ContinuousClock.Instant) {
    let taken = state.departure.advance(
      !output.isEmpty, to: state.departures, now, each: context.limits.responseStallTimeout)
    if taken == 0 { carrier?.reset(self, code: HTTP2Code.cancel) }
  }
}
