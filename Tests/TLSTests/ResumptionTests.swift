import TLS
import Testing

@Suite
struct ResumptionTests {
  @Test(arguments: [Version.tls12, .tls13])
  func `a second connection resumes, and so does every later one`(version: Version) throws {
    var configuration = Fixture.client
    configuration.maximumVersion = version
    let client = try Context(client: configuration)
    let server = try Context(server: Fixture.server)

    #expect(try !Pair(client, server).exchange().clientResumed)
    for _ in 0..<3 {
      let pair = try Pair(client, server).exchange()
      #expect(pair.isEstablished)
      #expect(pair.clientResumed)
      #expect(pair.serverResumed)
      #expect(pair.client.negotiatedProtocol == "h2")
      #expect(pair.client.peerCertificate?.subject == "CN=server,O=Example")
      #expect(try pair.echo(bytes("again")) == bytes("again"))
    }
  }

  @Test
  func `a session is not resumed for another name`() throws {
    let client = try Context(client: Fixture.client)
    let server = try Context(server: Fixture.server)
    try Pair(client, server).exchange()

    let other = try Pair(client, server, name: "a.wild.example").exchange()
    #expect(other.isEstablished)
    #expect(!other.clientResumed)
  }

  @Test
  func `a client remembers a limited number of servers`() throws {
    var configuration = Fixture.client
    configuration.sessionsMax = 2
    let client = try Context(client: configuration)
    let server = try Context(server: Fixture.server)
    for name in ["a", "b", "c"] {
      try Pair(client, server, name: "\(name).wild.example").exchange()
    }

    #expect(try !Pair(client, server, name: "a.wild.example").exchange().clientResumed)
    #expect(try Pair(client, server, name: "c.wild.example").exchange().clientResumed)
  }

  @Test
  func `a server that cannot open the ticket starts anew`() throws {
    let client = try Context(client: Fixture.client)
    try Pair(client, Context(server: Fixture.server)).exchange()

    let pair = try Pair(client, Context(server: Fixture.server)).exchange()
    #expect(pair.isEstablished)
    #expect(!pair.clientResumed)
  }
}
