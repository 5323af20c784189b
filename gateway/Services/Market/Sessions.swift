internal import Foundation
internal import Primitives
internal import RPC
internal import Synchronization

/// Who is connected, and how messages to them are numbered.
final class Sessions: Sendable {
  enum Role: Hashable { case provider, verifier }

  private struct Key: Hashable {
    let role: Role
    let address: Address
  }

  private struct Session {
    var generation: UInt64
    var close: @Sendable () -> Void
  }

  private struct State {
    var generation: UInt64 = 0
    var sessions: [Key: Session] = [:]
    var sequences: [Key: UInt64] = [:]
  }

  private let state = Mutex(State())

  /// Takes over from an older stream of the same party, which is closed.
  func begin(
    _ role: Role, _ address: Address, close: @escaping @Sendable () -> Void
  ) -> UInt64 {
    let (generation, older) = state.withLock { state in
      state.generation += 1
      let key = Key(role: role, address: address)
      let older = state.sessions[key]?.close
      state.sessions[key] = Session(generation: state.generation, close: close)
      return (state.generation, older)
    }
    older?()
    return generation
  }

  /// Whether the stream was still the party's newest one.
  func end(_ role: Role, _ address: Address, _ generation: UInt64) -> Bool {
    state.withLock { state in
      let key = Key(role: role, address: address)
      guard state.sessions[key]?.generation == generation else { return false }
      state.sessions[key] = nil
      return true
    }
  }

  func isConnected(_ role: Role, _ address: Address) -> Bool {
    state.withLock { $0.sessions[Key(role: role, address: address)] != nil }
  }

  /// The number of the next message to a party.
  func next(_ role: Role, _ address: Address) -> UInt64 {
    state.withLock { state in
      let key = Key(role: role, address: address)
      state.sequences[key, default: 0] += 1
      return state.sequences[key] ?? 0
    }
  }
}

/// What waits to be written to one stream, in order.
struct Outbox<Message: Sendable>: Sendable {
  let messages: AsyncStream<Message>
  private let feed: AsyncStream<Message>.Continuation

  /// More than a party that reads at all ever leaves unread.
  private static var waitingMax: Int { 4_096 }

  init() {
    (messages, feed) = AsyncStream.makeStream(
      of: Message.self, bufferingPolicy: .bufferingOldest(Self.waitingMax))
  }

  func send(_ message: Message) throws {
    guard case .enqueued = feed.yield(message) else {
      throw RPCError(.resourceExhausted, "the stream is not read")
    }
  }

  func close() { feed.finish() }
}
