import Primitives
import Testing

@Suite
struct Keccak256Tests {
  /// The empty string and "abc" of the Keccak team's vectors; the rest checked with an independent
  /// implementation (PyPI `pycryptodome`).
  @Test(arguments: [
    (0, "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
    (135, "34367dc248bbd832f4e3e69dfaac2f92638bd0bbd18f2912ba4ef454919cf446"),
    (136, "a6c4d403279fe3e0af03729caada8374b5ca54d8065329a3ebcaeb4b60aa386e"),
    (137, "d869f639c7046b4929fc92a4d988a8b22c55fbadb802c0c66ebcd484f1915f39"),
  ])
  func `hashes runs of the letter a`(count: Int, expected: String) throws {
    let message = [UInt8](repeating: UInt8(ascii: "a"), count: count)

    let digest = try Digest(hex: expected)

    #expect(Keccak256.hash(message) == digest)
  }

  @Test
  func `hashes abc`() throws {
    let digest = try Digest(
      hex: "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45")

    #expect(Keccak256.hash(Array("abc".utf8)) == digest)
    #expect(Digest(digest.word) == digest)
  }
}

@Suite
struct AddressTests {
  /// Of EIP-55.
  @Test(arguments: [
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
  ])
  func `writes the checksum`(text: String) throws {
    let address = try #require(Address(hex: text.lowercased()))

    #expect(address.description == text)
    #expect(Address(address.bytes) == address)
    #expect(Address(truncating: address.word) == address)
  }

  /// Of EIP-1014.
  @Test
  func `names what CREATE2 creates`() throws {
    let sender = try #require(Address(hex: "0xdeadbeef00000000000000000000000000000000"))
    let codeHash = Keccak256.hash([0]).word

    let created = Address.ofCreation(by: sender, salt: .zero, codeHash: codeHash)

    #expect(created == Address(hex: "0xB928f69Bb1D91Cd65274e3c79d8986362984fDA3"))
  }

  @Test
  func `names what a nonce creates`() throws {
    let sender = try #require(Address(hex: "0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0"))

    #expect(
      Address.ofCreation(by: sender, nonce: 0)
        == Address(hex: "0xcd234a471b72ba2f1ccf0a70fcaba648a5eecd8d"))
    #expect(
      Address.ofCreation(by: sender, nonce: 1)
        == Address(hex: "0x343c43a37d37dff08ae8c4a11544c718abb4fcf8"))
  }

  @Test
  func `refuses other lengths`() {
    #expect(Address([UInt8](repeating: 0, count: 19)) == nil)
    #expect(Address(hex: "0x00") == nil)
  }
}

@Suite
struct BloomTests {
  @Test
  func `contains what was put in`() {
    var bloom = Bloom()
    let (inside, outside) = ([UInt8](repeating: 1, count: 20), [UInt8](repeating: 2, count: 20))

    bloom.insert(inside)

    #expect(bloom.mayContain(inside))
    #expect(!bloom.mayContain(outside))
    #expect(bloom.bytes.reduce(0) { $0 + $1.nonzeroBitCount } <= 3)
    #expect(Bloom(bloom.bytes) == bloom)
    #expect(Bloom([0]) == nil)
  }
}
