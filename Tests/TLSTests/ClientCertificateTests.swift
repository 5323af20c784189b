import TLS
import Testing

@Suite
struct ClientCertificateTests {
  private let required = server(.required(authorities: Fixture.authority))
  private let optional = server(.optional(authorities: Fixture.authority))

  private static func server(
    _ clients: ServerConfiguration.ClientAuthentication
  ) -> ServerConfiguration {
    var server = Fixture.server
    server.clients = clients
    return server
  }

  private func client(_ name: String?, _ version: Version) -> ClientConfiguration {
    var client = Fixture.client
    client.identity = name.map(Fixture.identity)
    client.maximumVersion = version
    return client
  }

  @Test(arguments: [Version.tls12, .tls13])
  func `the server learns who the client is`(version: Version) throws {
    for server in [required, optional] {
      let pair = try Pair(client: client("client", version), server: server).exchange()
      #expect(pair.isEstablished)
      let shown = pair.server.peerCertificate
      let certificate = try #require(shown)
      #expect(certificate.subject == "CN=provider-7,O=Example")
      #expect(certificate.names == ["provider-7.example", "spiffe://example/provider-7"])
      #expect(certificate.fingerprint.count == 32)
    }
  }

  @Test
  func `a client without a certificate may be tolerated`() throws {
    let pair = try Pair(client: client(nil, .tls13), server: optional).exchange()
    #expect(pair.isEstablished)
    #expect(pair.server.peerCertificate == nil)
  }

  @Test
  func `a client without a certificate may be refused`() throws {
    let modern = try Pair(client: client(nil, .tls13), server: required).exchange()
    #expect(modern.serverError == .noCertificate)
    #expect(modern.clientError == .alert(.certificateRequired))

    let older = try Pair(client: client(nil, .tls12), server: required).exchange()
    #expect(older.serverError == .noCertificate)
    #expect(older.clientError == .alert(.handshakeFailure))
  }

  @Test(arguments: [Version.tls12, .tls13])
  func `a certificate that does not verify is refused, wanted or not`(version: Version) throws {
    for server in [required, optional] {
      let stranger = try Pair(client: client("stranger", version), server: server).exchange()
      #expect(stranger.serverError == .certificateRejected(.unknownAuthority))
      #expect(stranger.clientError == .alert(.unknownAuthority))

      let late = try Pair(client: client("expired-client", version), server: server).exchange()
      #expect(late.serverError == .certificateRejected(.expired))
      #expect(late.clientError == .alert(.certificateExpired))
    }
  }

  @Test
  func `a server that does not ask gets none`() throws {
    let pair = try Pair(client: client("client", .tls13)).exchange()
    #expect(pair.isEstablished)
    #expect(pair.server.peerCertificate == nil)
  }

  @Test(arguments: [Version.tls12, .tls13])
  func `a resumed session knows the client too`(version: Version) throws {
    let client = try Context(client: client("client", version))
    let server = try Context(server: required)
    let first = try Pair(client, server).exchange()
    let second = try Pair(client, server).exchange()

    #expect(second.serverResumed)
    #expect(second.server.peerCertificate != nil)
    #expect(second.server.peerCertificate == first.server.peerCertificate)
  }
}
