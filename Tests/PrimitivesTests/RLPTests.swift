import Primitives
import Testing

@Suite
struct RLPTests {
  /// Of the Yellow Paper's appendix and Ethereum's wiki.
  static let pairs: [(RLP.Item, String)] = [
    (.bytes(Array("dog".utf8)), "83646f67"),
    (.list([.bytes(Array("cat".utf8)), .bytes(Array("dog".utf8))]), "c88363617483646f67"),
    (.bytes([]), "80"),
    (.list([]), "c0"),
    (.bytes([0]), "00"),
    (.bytes([0x0F]), "0f"),
    (.bytes([0x04, 0x00]), "820400"),
    (
      .list([.list([]), .list([.list([])]), .list([.list([]), .list([.list([])])])]),
      "c7c0c1c0c3c0c1c0"
    ),
  ]

  @Test(arguments: pairs)
  func `writes and reads the published examples`(item: RLP.Item, hex: String) throws {
    let bytes = try Hex.decode(hex)

    #expect(item.encoded == bytes)
    #expect(try RLP.Item(decoding: bytes) == item)
  }

  @Test
  func `writes long strings and lists with a length of lengths`() throws {
    let string = RLP.Item.bytes([UInt8](repeating: 7, count: 70_000))
    let list = RLP.Item.list([string, .bytes([UInt8](repeating: 1, count: 56))])

    #expect(string.encoded.prefix(4) == [0xBA, 0x01, 0x11, 0x70])
    #expect(try RLP.Item(decoding: list.encoded) == list)
  }

  @Test(arguments: [
    ("8100", RLP.Malformed.notCanonical), ("817f", .notCanonical), ("b800", .notCanonical),
    ("b837" + String(repeating: "00", count: 55), .notCanonical), ("b90040", .notCanonical),
    ("8200", .truncated), ("", .truncated), ("c2", .truncated), ("b9ff", .truncated),
    ("bfffffffffffffffff", .lengthTooLarge), ("ff7fffffffffffffff", .truncated),
    ("0000", .trailingBytes(1)), ("c10100", .trailingBytes(1)),
  ])
  func `refuses what is not canonical`(hex: String, reason: RLP.Malformed) throws {
    let bytes = try Hex.decode(hex)

    #expect(throws: reason) { try RLP.Item(decoding: bytes) }
  }

  @Test
  func `refuses nesting without end`() {
    var bytes: [UInt8] = []
    for _ in 0..<2000 {
      var encoder = RLP.Encoder()
      encoder.list { $0.appendEncoded(bytes) }
      bytes = encoder.bytes
    }

    let nested = bytes
    #expect(throws: RLP.Malformed.tooDeep) { try RLP.Item(decoding: nested) }
  }

  @Test
  func `reads numbers without leading zeros alone`() throws {
    var encoder = RLP.Encoder()
    encoder.append(UInt64(0))
    encoder.append(UInt64(127))
    encoder.append(UInt64.max)
    encoder.append(U256.max)
    var reader = RLP.Reader(encoder.bytes)

    let numbers = [try reader.uint64(), try reader.uint64(), try reader.uint64()]
    let word = try reader.u256()

    #expect(numbers == [0, 127, .max])
    #expect(word == .max)
    try reader.end()
    #expect(throws: RLP.Malformed.leadingZero) {
      var reader = RLP.Reader([0])
      return try reader.uint64()
    }
    #expect(throws: RLP.Malformed.wrongSize(expected: 8, actual: 9)) {
      var reader = RLP.Reader([0x89] + [UInt8](repeating: 1, count: 9))
      return try reader.uint64()
    }
  }
}
