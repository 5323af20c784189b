internal import Synchronization

/// How much a call has moved.
final class CallCounter: Sendable {
  struct Counts {
    var messages = 0
    var bytes = 0

    mutating func add(_ bytes: Int) {
      messages += 1
      self.bytes += bytes
    }
  }

  private let counts = Mutex((sent: Counts(), received: Counts()))

  func sent(_ bytes: Int) {
    counts.withLock { $0.sent.add(bytes) }
  }

  func received(_ bytes: Int) {
    counts.withLock { $0.received.add(bytes) }
  }

  var summary: String {
    let (sent, received) = counts.withLock { $0 }
    return "sent \(sent.messages) messages, \(sent.bytes) bytes; "
      + "received \(received.messages) messages, \(received.bytes) bytes"
  }
}
