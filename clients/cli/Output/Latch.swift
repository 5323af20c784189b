internal import Synchronization

/// A place for one value, which the first to come fills.
final class Latch<Value: Sendable>: Sendable {
  private let stored = Mutex<Value?>(nil)

  var value: Value? { stored.withLock { $0 } }

  func store(_ value: Value) {
    stored.withLock { stored in if stored == nil { stored = value } }
  }
}
