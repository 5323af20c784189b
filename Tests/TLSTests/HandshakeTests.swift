import Buffers
import TLS
import Testing

@Suite
struct HandshakeTests {
  @Test(arguments: [Version.tls12, .tls13])
  func `client and server agree and understand each other`(version: Version) throws {
    var server = Fixture.server
    server.maximumVersion = version
    let pair = try Pair(server: server).exchange()

    #expect(pair.isEstablished)
    #expect(pair.client.version == version)
    #expect(pair.server.version == version)
    #expect(pair.client.cipher == pair.server.cipher)
    #expect(pair.client.cipher?.contains("GCM") == true)
    #expect(!pair.clientResumed)
    #expect(try pair.echo(bytes("hello")) == bytes("hello"))
  }

  @Test(arguments: [Version.tls12, .tls13])
  func `bytes may come one by one`(version: Version) throws {
    var client = Fixture.client
    client.maximumVersion = version
    let pair = try Pair(client: client).exchange(step: 1)
    #expect(pair.isEstablished)

    unsafe try pair.client.send(bytes("a message").span.bytes, ciphertext: &pair.toServer)
    pair.exchange(step: 1)
    #expect(pair.atServer.take(pair.atServer.count) == bytes("a message"))
  }

  @Test
  func `versions without overlap fail on both sides`() throws {
    var client = Fixture.client
    client.maximumVersion = .tls12
    var server = Fixture.server
    server.minimumVersion = .tls13
    let pair = try Pair(client: client, server: server).exchange()

    #expect(pair.serverError != nil)
    #expect(pair.clientError == .alert(.protocolVersion))
  }

  // MARK: ALPN

  @Test(
    arguments: [
      (["h2"], "h2"), (["http/1.1", "h2"], "h2"), (["http/1.1"], "http/1.1"), (["h3", "h2"], "h2"),
      ([], nil),
    ] as [([String], String?)])
  func `the server chooses by its own preference`(offered: [String], chosen: String?) throws {
    var client = Fixture.client
    client.protocols = offered
    let pair = try Pair(client: client).exchange()

    #expect(pair.isEstablished)
    #expect(pair.client.negotiatedProtocol == chosen)
    #expect(pair.server.negotiatedProtocol == chosen)
  }

  @Test
  func `an offer without a common protocol is refused`() throws {
    var client = Fixture.client
    client.protocols = ["h3", "spdy/1"]
    let pair = try Pair(client: client).exchange()

    #expect(pair.serverError == .noCommonProtocol)
    #expect(pair.clientError == .alert(.noApplicationProtocol))
  }

  // MARK: The server's certificate

  @Test(arguments: ["server.example", "SERVER.example.", "a.wild.example", "127.0.0.1", "::1"])
  func `names of the certificate are accepted`(name: String) throws {
    let pair = try Pair(name: name).exchange()
    #expect(pair.isEstablished)
    #expect(pair.client.peerCertificate?.subject == "CN=server,O=Example")
  }

  @Test(arguments: [
    ("other.example", CertificateProblem.wrongHost), ("wild.example", .wrongHost),
    ("a.b.wild.example", .wrongHost), ("server", .wrongHost), ("127.0.0.2", .wrongAddress),
  ])
  func `other names are not`(name: String, problem: CertificateProblem) throws {
    let pair = try Pair(name: name).exchange()
    #expect(pair.clientError == .certificateRejected(problem))
    #expect(pair.serverError == .alert(.badCertificate))
    #expect(pair.client.peerCertificate == nil)
  }

  @Test(arguments: ["", "with space.example", "nul\0.example", String(repeating: "a", count: 300)])
  func `what is no name is refused before anything is sent`(name: String) throws {
    let context = try Context(client: Fixture.client)
    #expect(throws: TLSError.badServerName(name)) {
      _ = try Session(client: context, serverName: name)
    }
  }

  @Test
  func `an unknown authority is not believed`() throws {
    var client = Fixture.client
    client.trust = .roots(Fixture.pem("stranger-authority.pem"))
    let pair = try Pair(client: client).exchange()
    #expect(pair.clientError == .certificateRejected(.unknownAuthority))
    #expect(pair.serverError == .alert(.unknownAuthority))

    client.trust = .system
    #expect(
      try Pair(client: client).exchange().clientError == .certificateRejected(.unknownAuthority))
  }

  @Test
  func `an expired certificate is not believed`() throws {
    var server = Fixture.server
    server.identity = Fixture.identity("expired")
    let pair = try Pair(server: server).exchange()
    #expect(pair.clientError == .certificateRejected(.expired))
    #expect(pair.serverError == .alert(.certificateExpired))
  }

  @Test
  func `a client's certificate does not make a server`() throws {
    var server = Fixture.server
    server.identity = Fixture.identity("client")
    let pair = try Pair(server: server, name: "provider-7.example").exchange()
    #expect(pair.clientError == .certificateRejected(.wrongPurpose))
  }

  @Test
  func `a chain leads over an intermediate`() throws {
    var server = Fixture.server
    server.identity = Fixture.identity("chained")
    #expect(try Pair(server: server).exchange().isEstablished)
  }

  @Test
  func `whoever trusts anyone gets through and learns nothing of the peer`() throws {
    var client = Fixture.client
    client.trust = .insecureAnyone
    var server = Fixture.server
    server.identity = Fixture.identity("expired")
    let pair = try Pair(client: client, server: server, name: "").exchange()
    #expect(pair.isEstablished)
    #expect(pair.client.peerCertificate == nil)
  }
}
