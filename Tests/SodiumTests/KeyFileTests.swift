import Foundation
import Sodium
import Testing

@Suite
final class KeyFileTests {
  private let folder = NSTemporaryDirectory() + "/key-file-\(UUID().uuidString)"
  private var path: String { folder + "/identity.key" }

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: folder)
  }

  private func failure() -> KeyFileError? {
    do throws(KeyFileError) {
      _ = try Ed25519.SecretKey(contentsOf: path)
      return nil
    } catch {
      return error
    }
  }

  private func writeNewKey() throws {
    try Ed25519.SecretKey().write(to: path)
  }

  private func write(_ text: String, mode: Int = 0o600) throws {
    try Data(text.utf8).write(to: URL(filePath: path))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }

  @Test
  func `a key that was written can be read, by its owner alone`() throws {
    let key = Ed25519.SecretKey()
    try key.write(to: path)

    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["identity.key"])
    #expect(try Ed25519.SecretKey(contentsOf: path).publicKey == key.publicKey)
  }

  @Test
  func `the file has the documented form`() throws {
    let vector = Ed25519Tests.vectors[0]
    let key = try secretKey(seed: vector.seed)
    try key.write(to: path)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text == "gensyn-ed25519-v1:\(vector.seed)\n")
  }

  @Test(arguments: [0o640, 0o604, 0o620, 0o602, 0o666, 0o777, 0o610])
  func `a file that others can reach is refused`(mode: Int) throws {
    try Ed25519.SecretKey().write(to: path)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    #expect(failure() == .exposed(path: path, mode: UInt32(mode)))
    #expect("\(try #require(failure()))".contains("chmod 600"))
  }

  @Test
  func `a key is never overwritten`() throws {
    let key = Ed25519.SecretKey()
    try key.write(to: path)
    #expect(throws: KeyFileError.exists(path: path)) { try writeNewKey() }
    #expect(try Ed25519.SecretKey(contentsOf: path).publicKey == key.publicKey)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["identity.key"])
  }

  @Test(arguments: [
    "", "\n", "gensyn-ed25519-v1:", "gensyn-ed25519-v2:" + String(repeating: "0", count: 64) + "\n",
    "gensyn-ed25519-v1:" + String(repeating: "g", count: 64) + "\n",
    "gensyn-ed25519-v1:" + String(repeating: "0", count: 63) + "\n",
    "gensyn-ed25519-v1:" + String(repeating: "0", count: 66) + "\n",
    "gensyn-ed25519-v1:" + String(repeating: "0", count: 64) + "x",
  ])
  func `anything else is no key file`(text: String) throws {
    try write(text)
    #expect(failure() == .malformed(path: path))
  }

  @Test
  func `a missing newline is forgiven`() throws {
    let vector = Ed25519Tests.vectors[1]
    try write("gensyn-ed25519-v1:\(vector.seed)")
    #expect(try Ed25519.SecretKey(contentsOf: path).publicKey.hex == vector.publicKey)
  }

  @Test
  func `says that there is no file, or that a folder is none`() throws {
    #expect(failure() == .system(path: path, call: "open", code: ENOENT))
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    #expect(failure() == .malformed(path: path))
  }
}
