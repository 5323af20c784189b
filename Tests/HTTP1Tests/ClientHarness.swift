import Buffers
import HTTP
import HTTP1

/// A client's session.
final class ClientHarness: ClientSessionDelegate {
  private var made: ClientSession?
  private(set) var askedForFlush = 0

  var session: ClientSession {
    guard let made else { preconditionFailure() }
    return made
  }

  init(limits: Limits = Limits()) {
    made = ClientSession(limits: limits, delegate: self)
  }

  func sessionHasOutput() { askedForFlush += 1 }

  /// Sends a request with a complete body.
  func request(
    _ method: String, _ path: String = "/", _ body: String = "", fields: [(String, String)] = []
  ) -> Recorder {
    let exchange = Recorder()
    exchange.output.append(body)
    exchange.outputHasEnded = true
    send(exchange, method, path, fields)
    return exchange
  }

  func send(
    _ exchange: Recorder, _ method: String, _ path: String = "/", _ fields: [(String, String)] = []
  ) {
    session.request(
      exchange,
      makeHeaders(
        [(":method", method), (":path", path), (":authority", "a.example"), (":scheme", "http")]
          + fields))
  }

  @discardableResult
  func receive(_ text: String) -> HTTP1Error? {
    do {
      unsafe try session.receive(Array(text.utf8).span.bytes)
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
