import ABI
import Primitives
import Testing

@Suite struct DecodingTests {
  private func words(_ words: U256...) -> [UInt8] { words.flatMap(\.bytes) }

  @Test func `what is out of range is refused`() {
    let cases: [(Kind, U256, Malformed)] = [
      (.uint(8), 256, .range), (.int(8), 128, .range), (.bool, 2, .range),
      (.address, .max, .range), (.fixedBytes(4), 1, .padding),
    ]

    for (kind, word, error) in cases {
      #expect(throws: error) { try Decoding.decode([kind], from: word.bytes) }
    }
  }

  @Test func `what is not where it belongs is refused`() {
    let kinds = [Kind.bytes, .bytes]

    #expect(throws: Malformed.offset) {
      // Both share one place.
      try Decoding.decode(kinds, from: words(64, 64, 0))
    }
    #expect(throws: Malformed.offset) {
      try Decoding.decode([.bytes], from: words(.max, 0))
    }
    #expect(throws: Malformed.trailing) {
      try Decoding.decode([.bytes], from: words(32, 0, 0))
    }
    #expect(throws: Malformed.padding) {
      try Decoding.decode([.bytes], from: words(32, 1, 1))
    }
    #expect(throws: Malformed.utf8) {
      let text = [0xFF] + [UInt8](repeating: 0, count: 31)
      _ = try Decoding.decode([.string], from: words(32, 1) + text)
    }
  }

  @Test(arguments: [U256.max, U256(UInt64.max), U256(1 << 40), U256(2)])
  func `more than there is costs nothing`(count: U256) throws {
    for name in ["bytes", "string", "uint256[]", "uint256[][]", "bool[65536][]"] {
      let kind = try #require(Kind(name))
      #expect(throws: Malformed.truncated) {
        try Decoding.decode([kind], from: words(32, count))
      }
    }
  }

  @Test func `no random bytes trap, and what is read is written alike`() throws {
    let names = ["uint8", "(bool,bytes)[]", "string[2]", "int64[][3]", "(address,bytes4,string)"]
    var random = SystemRandomNumberGenerator()
    for _ in 0..<3_000 {
      let kinds = try (0..<Int.random(in: 0...3)).map { _ in
        try #require(names.randomElement().flatMap { Kind($0) })
      }
      let bytes = (0..<Int.random(in: 0...16)).flatMap { _ in
        U256(UInt64.random(in: 0...7, using: &random) * (Bool.random() ? 1 : 32)).bytes
      }
      guard let values = try? Decoding.decode(kinds, from: bytes) else { continue }
      #expect(try Encoding.encode(values, as: kinds) == bytes)
    }
  }

  @Test func `a cut encoding is refused`() throws {
    let kinds = ["(bool,bytes)[]", "string", "uint8[2]"].compactMap { Kind($0) }
    let values: [Value] = [
      .array([.tuple([.bool(true), .bytes([1, 2])]), .tuple([.bool(false), .bytes([])])]),
      .string("größer"), .array([.uint(1), .uint(2)]),
    ]
    let bytes = try Encoding.encode(values, as: kinds)
    #expect(try Decoding.decode(kinds, from: bytes) == values)

    for size in bytes.indices {
      #expect(throws: Malformed.self) {
        try Decoding.decode(kinds, from: Array(bytes.prefix(size)))
      }
    }
  }
}
