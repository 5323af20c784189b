import Buffers
import HTTP
import HTTP1

/// An exchange that remembers what it was told and answers as a test says.
final class Recorder: Exchange {
  var body = ByteQueue()
  var events: [String] = []
  var endings: [EndReason] = []
  var consumesAtOnce = true
  var onHeaders: ((Recorder) -> Void)?
  var onEnd: ((Recorder) -> Void)?
  var onOver: (() -> Void)?

  override func receivedHeaders(isLast: Bool) {
    events.append(isLast ? "headers, last" : "headers")
    onHeaders?(self)
  }

  override func received(_ body: RawSpan) {
    precondition(endings.isEmpty, "nothing is called after the end")
    self.body.append(body)
    if consumesAtOnce { carrier?.consumed(body.byteCount, by: self) }
  }

  override func receivedEnd() {
    events.append("end")
    onEnd?(self)
  }

  override func ended(_ reason: EndReason) {
    endings.append(reason)
    onOver?()
  }

  var bodyText: String { body.withBytes { $0.string } }

  func field(_ name: StaticString) -> String? { headers.first(name) }

  /// Answers with a complete body.
  func answer(_ status: Int, _ text: String = "", _ fields: (String, String)...) {
    output.append(text)
    outputHasEnded = true
    respond(status, fields)
  }

  func respond(_ status: Int, _ fields: [(String, String)] = []) {
    carrier?.respond(self, makeHeaders([(":status", String(status))] + fields))
  }

  func write(_ text: String, isLast: Bool = false) {
    output.append(text)
    outputHasEnded = isLast
    carrier?.outputGrew(self)
  }
}

func makeHeaders(_ fields: [(String, String)]) -> HeaderList {
  var headers = HeaderList()
  for (name, value) in fields { headers.append(name, value) }
  return headers
}

/// A server's session with a fixed clock and recorders for exchanges.
final class ServerHarness: ServerSessionDelegate {
  private(set) var exchanges: [Recorder] = []
  var prepare: (Recorder) -> Void
  var refusesAll = false
  var upgrades: [(name: String, remaining: String, key: String?)] = []
  var acceptsUpgrade = false
  private(set) var askedForFlush = 0
  private var made: ServerSession?

  var session: ServerSession {
    guard let made else { preconditionFailure() }
    return made
  }

  init(limits: Limits = Limits(), prepare: @escaping (Recorder) -> Void = { _ in }) {
    self.prepare = prepare
    made = ServerSession(
      limits: limits, scheme: "https", date: DateField(now: { 784_111_777 }), delegate: self)
  }

  func makeExchange() -> Exchange? {
    guard !refusesAll else { return nil }
    let exchange = Recorder()
    prepare(exchange)
    exchanges.append(exchange)
    return exchange
  }

  func sessionHasOutput() { askedForFlush += 1 }

  func upgrade(to name: String, _ request: borrowing HeaderList, remaining: RawSpan) -> Bool {
    upgrades.append((name, remaining.string, request.first("upgrade")))
    return acceptsUpgrade
  }

  @discardableResult
  func receive(_ text: String) -> HTTP1Error? {
    receive(Array(text.utf8))
  }

  func receive(_ bytes: [UInt8]) -> HTTP1Error? {
    do {
      unsafe try session.receive(bytes.span.bytes)
      return nil
    } catch {
      return error
    }
  }

  func flush(limit: Int = 1 << 20) -> String {
    var output = ByteQueue()
    session.flush(into: &output, limit: limit)
    return output.withBytes { $0.string }
  }
}
