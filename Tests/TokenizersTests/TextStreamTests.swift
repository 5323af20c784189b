import ModelFiles
import Testing

@testable import Tokenizers

@Suite
struct TextStreamTests {
  let tokenizer: Tokenizer

  init() throws {
    tokenizer = try Tokenizer(gguf: GGUFMetadata(TokenizerGGUFTests.bytePair(pre: "gpt-2")))
  }

  func token(_ byte: UInt8) throws -> UInt32 {
    try #require(tokenizer.id(String(Character(ByteAlphabet.scalars[Int(byte)]))))
  }

  @Test
  func `waits for whole characters`() throws {
    var stream = TextStream(tokenizer)
    var pieces: [String] = []
    for byte in "aé€😀".utf8 { pieces.append(stream.append(try token(byte))) }

    #expect(pieces == ["a", "", "é", "", "", "€", "", "", "", "😀"])
    #expect(stream.finish() == "")
  }

  @Test(
    arguments: [
      [0xF0, 0x9F], [0xE2, 0x28, 0xA1], [0xFF], [0x80, 0x80], [0xC0, 0x80], [0xED, 0xA0, 0x80],
      [0xF5, 0x80], [0xE2, 0x82], [0x61, 0xF0, 0x80, 0x62], [0xC3],
    ] as [[UInt8]])
  func `shows broken characters as the whole text would`(bytes: [UInt8]) throws {
    var stream = TextStream(tokenizer)
    var text = ""
    for byte in bytes { text += stream.append(try token(byte)) }
    text += stream.finish()

    #expect(text == String(decoding: bytes, as: UTF8.self))
  }
}
