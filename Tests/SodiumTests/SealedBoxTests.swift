import Sodium
import Testing

@Suite
struct SealedBoxTests {
  @Test(arguments: [0, 1, 1000, 1_000_000])
  func `the owner opens what anyone sealed`(count: Int) throws {
    let owner = Ed25519.SecretKey()
    let message = randomBytes(count)

    let sealed = X25519.PublicKey(owner.publicKey)?.seal(message.span)
    let box = try #require(sealed)
    #expect(box.count == count + SealedBox.overhead)
    #expect(X25519.SecretKey(owner).open(box.span) == message)
  }

  @Test
  func `nobody else opens it, nor anyone a changed one`() throws {
    let owner = Ed25519.SecretKey()
    let key = X25519.SecretKey(owner)
    let sealed = key.publicKey.seal(Array("secret".utf8).span)
    var box = try #require(sealed)
    #expect(X25519.SecretKey(Ed25519.SecretKey()).open(box.span) == nil)

    for length in [0, 47] {
      #expect(key.open([UInt8](repeating: 1, count: length).span) == nil)
    }
    box[box.count - 1] ^= 1
    #expect(key.open(box.span) == nil)
  }

  @Test
  func `both ways of conversion meet`() {
    let owner = Ed25519.SecretKey()
    #expect(X25519.SecretKey(owner).publicKey == X25519.PublicKey(owner.publicKey))
  }

  @Test
  func `what is no point has no box`() throws {
    let nonsense = try #require(Ed25519.PublicKey([UInt8](repeating: 0xff, count: 32)))
    #expect(X25519.PublicKey(nonsense) == nil)
    let zero = try #require(X25519.PublicKey([UInt8](repeating: 0, count: 32)))
    #expect(zero.seal([1].span) == nil)
  }
}
