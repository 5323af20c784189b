import Foundation
import TLS
import Testing

@Suite
struct ReloadTests {
  private let folder = URL(filePath: NSTemporaryDirectory())
    .appending(path: "tls-reload-\(UUID().uuidString)")

  private var configuration: ServerConfiguration {
    ServerConfiguration(
      identity: Identity(
        certificateChain: .file(folder.appending(path: "cert.pem").path()),
        privateKey: .file(folder.appending(path: "cert.key").path())))
  }

  private func install(_ source: String, as target: String) throws {
    let file = folder.appending(path: target)
    try? FileManager.default.removeItem(at: file)
    try FileManager.default.copyItem(at: URL(filePath: Fixture.path(source)), to: file)
  }

  @Test
  func `new connections see the new certificate while old ones go on`() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try install("server.pem", as: "cert.pem")
    try install("server.key", as: "cert.key")
    let client = try Context(client: Fixture.client)
    let server = try ReloadableContext(configuration)
    let old = try Pair(client, server.current).exchange()
    #expect(!server.filesChanged)

    // Half of a renewal: the new certificate is there and its key is not.
    try install("renewed.pem", as: "cert.pem")
    #expect(server.filesChanged)
    let context = server.current
    #expect(throws: ContextError.self) { try server.reload() }
    #expect(server.current === context)
    #expect(server.filesChanged)

    try install("renewed.key", as: "cert.key")
    try server.reload()
    #expect(!server.filesChanged)
    let new = try Pair(client, server.current).exchange()
    #expect(new.isEstablished)
    #expect(!new.clientResumed)
    #expect(new.client.peerCertificate?.subject == "CN=renewed,O=Example")
    #expect(old.client.peerCertificate?.subject == "CN=server,O=Example")
    #expect(try old.echo(bytes("still here")) == bytes("still here"))
  }

  @Test
  func `a file that is gone counts as changed`() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try install("server.pem", as: "cert.pem")
    try install("server.key", as: "cert.key")
    let server = try ReloadableContext(configuration)
    try FileManager.default.removeItem(at: folder)

    #expect(server.filesChanged)
    #expect(throws: ContextError.self) { try server.reload() }
    #expect(try Pair(Context(client: Fixture.client), server.current).exchange().isEstablished)
  }
}
