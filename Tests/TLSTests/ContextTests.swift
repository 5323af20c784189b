import Foundation
import TLS
import Testing

@Suite
struct ContextTests {
  private func failure(_ configuration: ServerConfiguration) -> ContextError? {
    do throws(ContextError) {
      _ = try Context(server: configuration)
      return nil
    } catch {
      return error
    }
  }

  private func server(_ certificate: PEM, _ key: PEM) -> ServerConfiguration {
    ServerConfiguration(identity: Identity(certificateChain: certificate, privateKey: key))
  }

  @Test
  func `says which file is missing`() {
    let missing = Fixture.path("missing.pem")
    #expect(
      failure(server(.file(missing), Fixture.pem("server.key")))
        == .unreadable(path: missing, code: ENOENT))
    #expect(
      failure(server(Fixture.pem("server.pem"), .file(missing)))
        == .unreadable(path: missing, code: ENOENT))
    let folder = Fixture.path("")
    #expect(
      failure(server(.file(folder), Fixture.pem("server.key")))
        == .unreadable(path: folder, code: EINVAL))
  }

  @Test
  func `says that the key belongs to another certificate`() {
    let (certificate, key) = (Fixture.pem("server.pem"), Fixture.pem("client.key"))
    #expect(
      failure(server(certificate, key)) == .keyMismatch(certificate: certificate, key: key))
  }

  @Test
  func `says that the key is encrypted and does not ask for the passphrase`() {
    let key = Fixture.pem("encrypted.key")
    #expect(failure(server(Fixture.pem("server.pem"), key)) == .encryptedKey(key))
  }

  @Test
  func `tells no certificate from a bad one`() {
    let key = Fixture.pem("server.key")
    #expect(failure(server(key, key)) == .noCertificates(key))
    #expect(failure(server(.bytes([]), key)) == .noCertificates(.bytes([])))

    let text = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    guard case .badCertificate? = failure(server(.bytes(bytes(text)), key)) else {
      Issue.record("a bad certificate was taken")
      return
    }
    guard case .badKey? = failure(server(Fixture.pem("server.pem"), .bytes(bytes("no key")))) else {
      Issue.record("a bad key was taken")
      return
    }
  }

  @Test
  func `an error shows the place and never the key`() {
    let error = ContextError.encryptedKey(.bytes(bytes("-----BEGIN SECRET-----")))
    #expect("\(error)".contains("22 bytes"))
    #expect(!"\(error)".contains("SECRET"))
  }

  @Test
  func `refuses protocol names that do not fit the wire`() {
    for names in [[""], [String(repeating: "x", count: 256)]] {
      var configuration = Fixture.server
      configuration.protocols = names
      #expect(failure(configuration) == .badProtocols(names))
    }
  }

  @Test
  func `warns of a certificate that peers will refuse`() throws {
    let expiry: Int64 = 1_609_459_200  // 2021-01-01
    var configuration = Fixture.server
    #expect(try Context(server: configuration).warnings == [])
    configuration.identity = Fixture.identity("expired")
    let expired = try Context(server: configuration)
    #expect(expired.warnings == [.certificateExpired(expiry)])
    #expect(expired.certificateExpiry == expiry)
    configuration.identity = Fixture.identity("future")
    let future = try Context(server: configuration)
    #expect(future.warnings == [.certificateNotYetValid(4_102_444_800)])
  }

  @Test
  func `takes certificates from memory as well`() throws {
    func contents(_ name: String) throws -> PEM {
      .bytes([UInt8](try Data(contentsOf: URL(filePath: Fixture.path(name)))))
    }
    let server = server(try contents("server.pem"), try contents("server.key"))
    let client = ClientConfiguration(trust: .roots(try contents("authority.pem")))
    #expect(try Pair(client: client, server: server).exchange().isEstablished)
  }
}
