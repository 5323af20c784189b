import Buffers
import TLS
import Testing

/// The certificates that `Tests/Fixtures/tls/make.sh` made.
enum Fixture {
  static func path(_ name: String) -> String {
    let tests = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
    return tests.joined(separator: "/") + "/Fixtures/tls/" + name
  }

  static func pem(_ name: String) -> PEM { .file(path(name)) }

  static func identity(_ name: String) -> Identity {
    Identity(certificateChain: pem("\(name).pem"), privateKey: pem("\(name).key"))
  }

  static let authority = pem("authority.pem")
  static let server = ServerConfiguration(identity: identity("server"))
  static let client = ClientConfiguration(trust: .roots(authority))
}

/// A client and a server without sockets between them.
final class Pair {
  var client: Session
  var server: Session
  var toServer = ByteQueue()
  var toClient = ByteQueue()
  var atServer = ByteQueue()
  var atClient = ByteQueue()
  var clientError: TLSError?
  var serverError: TLSError?

  init(_ client: Context, _ server: Context, name: String = "server.example") throws {
    self.client = try Session(client: client, serverName: name)
    self.server = Session(server: server)
    try self.client.start(ciphertext: &toServer)
  }

  convenience init(
    client: ClientConfiguration = Fixture.client, server: ServerConfiguration = Fixture.server,
    name: String = "server.example"
  ) throws {
    try self.init(Context(client: client), Context(server: server), name: name)
  }

  /// Carries bytes to and fro until there are none left, at most `step` at a time.
  @discardableResult
  func exchange(step: Int = .max) -> Pair {
    while !toServer.isEmpty || !toClient.isEmpty {
      let forServer = toServer.take(min(step, toServer.count))
      do throws(TLSError) {
        try serverReceives(forServer)
      } catch {
        serverError = error
      }
      let forClient = toClient.take(min(step, toClient.count))
      do throws(TLSError) {
        try clientReceives(forClient)
      } catch {
        clientError = error
      }
    }
    return self
  }

  func serverReceives(_ bytes: [UInt8]) throws(TLSError) {
    guard !bytes.isEmpty else { return }
    _ = try unsafe server.receive(bytes.span.bytes, plaintext: &atServer, ciphertext: &toClient)
  }

  func clientReceives(_ bytes: [UInt8]) throws(TLSError) {
    guard !bytes.isEmpty else { return }
    _ = try unsafe client.receive(bytes.span.bytes, plaintext: &atClient, ciphertext: &toServer)
  }

  func clientSends(_ bytes: [UInt8]) throws(TLSError) {
    try unsafe client.send(bytes.span.bytes, ciphertext: &toServer)
  }

  func serverReceivesEnd() throws(TLSError) {
    try server.receiveEnd()
  }

  var isEstablished: Bool {
    client.progress == .established && server.progress == .established
      && clientError == nil && serverError == nil
  }

  // Macros copy the value whose property they look at, and a session is not copied.
  var clientResumed: Bool { client.wasResumed }
  var serverResumed: Bool { server.wasResumed }

  /// Sends `message` from the client and returns what the server gets.
  func echo(_ message: [UInt8]) throws -> [UInt8] {
    try unsafe client.send(message.span.bytes, ciphertext: &toServer)
    exchange()
    let received = atServer.take(atServer.count)
    try unsafe server.send(received.span.bytes, ciphertext: &toClient)
    exchange()
    return atClient.take(atClient.count)
  }
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
