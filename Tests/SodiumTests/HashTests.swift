import Sodium
import Testing

@Suite
struct HashTests {
  @Test
  func `SHA-256 agrees with FIPS 180-4, whole and in pieces`() {
    let expected = bytes(hex: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(SHA256.hash(Array("abc".utf8).span) == expected)

    var pieces = SHA256()
    pieces.update(Array("a".utf8).span)
    _ = pieces.finished()
    pieces.update(Span())
    pieces.update(Array("bc".utf8).span)
    #expect(pieces.finished() == expected)
    #expect(
      SHA256().finished()
        == bytes(hex: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"))
  }

  @Test
  func `BLAKE2b agrees with RFC 7693`() {
    let expected = bytes(
      hex: "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
        + "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923")
    let message = Array("abc".utf8)
    #expect(BLAKE2b.hash(message.span, count: 64) == expected)

    let key = [UInt8](repeating: 7, count: 32)
    #expect(BLAKE2b.hash(message.span, key: key.span).count == 32)
    #expect(
      BLAKE2b.hash(message.span, key: key.span) != BLAKE2b.hash(message.span))
  }

  @Test
  func `comparison looks at every byte and at the length`() {
    let left: [UInt8] = [1, 2, 3]
    let (same, other, shorter): ([UInt8], [UInt8], [UInt8]) = ([1, 2, 3], [1, 2, 4], [1, 2])
    #expect(constantTimeEquals(left.span, same.span) == true)
    #expect(constantTimeEquals(left.span, other.span) == false)
    #expect(constantTimeEquals(left.span, shorter.span) == false)
    #expect(constantTimeEquals(Span(), Span()) == true)
  }

  @Test
  func `random bytes differ`() {
    #expect(randomBytes(0).isEmpty)
    #expect(randomBytes(32).count == 32)
    #expect(randomBytes(32) != randomBytes(32))
  }
}
