internal import SwiftProtobuf
internal import Foundation
internal import InteropSchema
internal import RPC

/// Makes one stream after the other, each with an end of its own, and checks every reply.
struct Worker {
  let client: Grpc_Testing.TestClient
  var random: SplitMix
  /// How every stream ends, by its place in the list; nil is at random.
  var ending: Int?
  var pauseMax: Int
  var tally = Tally()

  /// How a stream ends.
  private enum Ending: CaseIterable {
    /// All replies are read, then the caller half-closes.
    case politely
    /// Everything is sent and half-closed before the first reply is read.
    case early
    case cancelled
    case atDeadline
  }

  mutating func run(until end: ContinuousClock.Instant) async {
    while ContinuousClock.now < end { await stream() }
  }

  private mutating func stream() async {
    let ending =
      ending.map { Ending.allCases[$0 % 4] } ?? Ending.allCases.randomElement(using: &random)
      ?? .politely
    let count = Int.random(in: 1...6, using: &random)
    let cancelAt = ending == .cancelled ? Int.random(in: 0..<count, using: &random) : count
    var options = CallOptions(timeout: .seconds(120))
    if ending == .atDeadline {
      options.timeout = .milliseconds(Int.random(in: 1...3000, using: &random))
    }
    let id = UInt64.random(in: .min ... .max, using: &random)
    let (requests, feed) = AsyncStream.makeStream(
      of: Grpc_Testing.StreamingOutputCallRequest.self)
    defer { feed.finish() }
    let call = client.fullDuplexCall(requests, options: options)
    var replies = call.makeAsyncIterator()
    var received = 0
    tally.streams += 1
    do throws(RPCError) {
      if ending == .early {
        for index in 0..<count { feed.yield(Self.request(id, index)) }
        feed.finish()
      }
      while received < cancelAt {
        if ending != .early { feed.yield(Self.request(id, received)) }
        guard let reply = try await replies.next() else {
          return tally.note("the stream ended after \(received) of \(count) replies")
        }
        guard reply.payload.body == Self.body(id, received) else {
          return tally.note("reply \(received) is another one")
        }
        received += 1
        tally.replies += 1
        await pause()
      }
      if ending == .cancelled {
        call.cancel()
        tally.cancelled += 1
        return
      }
      feed.finish()
      guard try await replies.next() == nil else {
        return tally.note("there were more than \(count) replies")
      }
      tally.completed += 1
    } catch {
      guard ending == .atDeadline, error.code == .deadlineExceeded else {
        return tally.note("\(ending): \(error)")
      }
      tally.expired += 1
    }
  }

  /// Keeps the stream open for a while, as people do.
  private mutating func pause() async {
    try? await Task.sleep(for: .milliseconds(Int.random(in: 0...pauseMax, using: &random)))
  }

  private static func request(
    _ id: UInt64, _ index: Int
  ) -> Grpc_Testing.StreamingOutputCallRequest {
    .with { $0.payload.body = body(id, index) }
  }

  /// Different for every message there is, and of different sizes.
  private static func body(_ id: UInt64, _ index: Int) -> Data {
    Data("\(id) \(index)".utf8) + Data(count: Int(id % 200))
  }
}

/// What happened to the streams.
struct Tally: Sendable, CustomStringConvertible {
  var streams = 0
  var replies = 0
  var completed = 0
  var cancelled = 0
  var expired = 0
  private(set) var problems: [String] = []

  mutating func note(_ problem: String) {
    if problems.count < 5 { problems.append(problem) }
  }

  mutating func add(_ other: Tally) {
    streams += other.streams
    replies += other.replies
    completed += other.completed
    cancelled += other.cancelled
    expired += other.expired
    for problem in other.problems { note(problem) }
  }

  var description: String {
    "\(streams) streams (\(completed) completed, \(cancelled) cancelled, \(expired) at their"
      + " deadline), \(replies) replies"
  }
}

/// A small generator, so that a seed repeats a run.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
