package import Buffers
internal import Synchronization

/// One call as the transport that brought it sees it.
///
/// A transport has one task per call in it, so at most one `receive` and one `send` wait at a time.
package protocol ServerStream: AnyObject, Sendable {
  var method: MethodDescriptor { get }
  var metadata: Metadata { get }
  var deadline: Deadline? { get }
  var peer: Peer { get }
  var codec: Codec { get }
  var extras: CallExtras { get }
  /// Whether the message that was received last had been compressed.
  var requestWasCompressed: Bool { get }

  /// Whether all requests are here, so that reading them needs no waiting here and now.
  var requestIsWhole: Bool { get }

  /// What ``receive(_:)`` does, when that needs no waiting here and now; nil otherwise.
  func receiveNow(_ body: (RawSpan) throws -> Void) throws -> Bool?

  /// What ``send(compressed:_:)`` does, when that needs no waiting here and now; false otherwise.
  func sendNow(compressed: Bool?, _ encode: (inout ByteQueue) throws -> Void) throws -> Bool

  /// Waits for the next request message and lets `body` read it; false once the caller has
  /// half-closed.
  func receive(_ body: (RawSpan) throws -> Void) async throws -> Bool

  /// Sends what `encode` appends as one message, and waits while too much is on its way.
  ///
  /// - Parameter compressed: Whether to compress the message; nil leaves it to the transport.
  func send(compressed: Bool?, _ encode: (inout ByteQueue) throws -> Void) async throws

  /// Sends the response metadata now instead of with the first message.
  func sendMetadata() async throws
}

extension ServerStream {
  package var requestIsWhole: Bool { false }

  package func receiveNow(_ body: (RawSpan) throws -> Void) throws -> Bool? { nil }

  package func sendNow(
    compressed: Bool?, _ encode: (inout ByteQueue) throws -> Void
  ) throws -> Bool { false }
}

/// What a handler and its interceptors may change about their call.
package final class CallExtras: Sendable {
  package struct State: Sendable {
    package var caller: Caller?
    package var responseMetadata = Metadata()
    package var responseTrailers = Metadata()
    package var compression: Compression?
  }

  private let state = Mutex(State())
  private let isTouched = Atomic(false)

  package init() {}

  /// Whether anything is not as it was in the beginning.
  package var isChanged: Bool { isTouched.load(ordering: .acquiring) }

  /// Reads a part of the state; what nobody has touched is read without the lock.
  package func read<T: Sendable>(_ body: (State) -> T) -> T {
    guard isChanged else { return body(State.untouched) }
    return state.withLock { body($0) }
  }

  package func change(_ body: (inout State) -> Void) {
    state.withLock { body(&$0) }
    isTouched.store(true, ordering: .releasing)
  }
}

extension CallExtras.State {
  fileprivate static let untouched = CallExtras.State()
}
