import Foundation
import JSONTree
import KeyDerivation
import Primitives
import Testing
import Wallet

@Suite
struct KeystoreTests {
  private func password(_ text: String) -> [UInt8] { Array(text.utf8) }

  private func encrypted(_ key: borrowing AccountKey, _ password: [UInt8]) throws -> [UInt8] {
    try Keystore.encrypt(
      key, password: password.span, cost: .light, salt: [UInt8](repeating: 3, count: 32),
      counter: [UInt8](repeating: 4, count: 16), identifier: [UInt8](repeating: 5, count: 16))
  }

  @Test
  func `what is written is read with the password, and with no other`() throws {
    let key = try AccountKey()
    let text = try encrypted(key, password("open sesame"))

    let opened = try Keystore.decrypt(text, password: password("open sesame").span)

    #expect(opened.address == key.address)
    #expect(Keystore.address(of: text) == key.address)
    #expect(throws: Keystore.Failure.wrongPassword) {
      _ = try Keystore.decrypt(text, password: password("open").span)
    }
  }

  @Test
  func `a keystore never shows the key`() throws {
    let key = try AccountKey()
    let digits = key.withBytes { bytes in Hex.encode(bytes) }

    let text = String(decoding: try encrypted(key, password("x")), as: UTF8.self)

    #expect(!text.contains(digits))
  }

  @Test
  func `a changed byte is noticed`() throws {
    let key = try AccountKey()
    let text = String(decoding: try encrypted(key, password("x")), as: UTF8.self)
    let document = try JSON(parsing: Array(text.utf8))
    let sealed = try #require(document["crypto"]?["ciphertext"]?.string)
    let last: Character = sealed.last == "0" ? "1" : "0"

    let damaged = text.replacing(sealed, with: sealed.dropLast() + String(last))

    #expect(throws: Keystore.Failure.wrongPassword) {
      _ = try Keystore.decrypt(Array(damaged.utf8), password: password("x").span)
    }
  }

  @Test(arguments: [
    "", "[]", "{}", #"{"version":3}"#, #"{"version":1,"crypto":{}}"#,
    #"{"version":3,"crypto":{"cipher":"aes-256-cbc"}}"#,
  ])
  func `what is no keystore is refused`(text: String) {
    #expect(throws: Keystore.Failure.self) {
      _ = try Keystore.decrypt(Array(text.utf8), password: password("x").span)
    }
  }

  @Test
  func `a keystore cannot ask for all memory`() throws {
    let text = """
      {"version":3,"crypto":{"cipher":"aes-128-ctr","ciphertext":"00","mac":"00",
      "cipherparams":{"iv":"00000000000000000000000000000000"},"kdf":"scrypt",
      "kdfparams":{"dklen":32,"n":1099511627776,"r":8,"p":1,"salt":"00"}}}
      """

    #expect(throws: Keystore.Failure.tooCostly) {
      _ = try Keystore.decrypt(Array(text.utf8), password: password("x").span)
    }
  }

  /// `KeyStoreTests` of ethereum/tests, in the archive that GENSYN_CONFORMANCE holds.
  @Test
  func `Ethereum's keystores open`() throws {
    guard let folder = ProcessInfo.processInfo.environment["GENSYN_CONFORMANCE"] else { return }
    let archive = "\(folder)/ethereum/ethereum_tests_small.tar.zst"
    let tar = Process()
    let output = Pipe()
    tar.executableURL = URL(filePath: "/usr/bin/tar")
    tar.arguments = [
      "--zstd", "-xOf", archive, "tests/KeyStoreTests/basic_tests.json",
    ]
    tar.standardOutput = output
    try tar.run()
    let bytes = [UInt8](output.fileHandleForReading.readDataToEndOfFile())
    tar.waitUntilExit()
    let cases = try #require(try JSON(parsing: bytes).members)

    for test in cases {
      let document = try #require(test.value["json"])
      let secret = try #require(test.value["password"]?.string)
      let expected = try #require(test.value["priv"]?.string)
      let key = try Keystore.decrypt(document.bytes, password: password(secret).span)
      #expect(key.withBytes { bytes in Hex.encode(bytes) } == expected)
    }
    #expect(cases.count == 5)
  }
}
