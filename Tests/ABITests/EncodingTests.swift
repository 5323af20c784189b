import ABI
import Primitives
import Testing

@Suite struct EncodingTests {
  /// The cases of `basic_abi_tests.json` of github.com/ethereum/tests.
  private static let published: [(kinds: [String], values: [Value], words: [String])] = [
    (
      ["uint256", "uint32[]", "bytes10", "bytes"],
      [
        .uint(0x123), .array([.uint(0x456), .uint(0x789)]), .bytes(Array("1234567890".utf8)),
        .bytes(Array("Hello, world!".utf8)),
      ],
      [
        "123", "80", "31323334353637383930" + String(repeating: "0", count: 44), "e0", "2", "456",
        "789", "d", "48656c6c6f2c20776f726c6421" + String(repeating: "0", count: 38),
      ]
    ),
    (["uint256"], [.uint(98_127_491)], ["5d94e83"]),
    (
      ["uint256", "address"],
      [
        .uint(324_124),
        .address(
          Address(hex: "cd2a3d9f938e13cd947ec05abc7fe734df8dd826") ?? .zero),
      ],
      ["4f21c", "cd2a3d9f938e13cd947ec05abc7fe734df8dd826"]
    ),
  ]

  private func bytes(_ words: [String]) -> [UInt8] {
    words.flatMap { word in
      (U256(hex: word) ?? .max).bytes
    }
  }

  @Test(arguments: published.indices)
  func `published encodings are ours, both ways`(index: Int) throws {
    let (names, values, words) = Self.published[index]
    let kinds = names.compactMap { Kind($0) }

    let encoded = try Encoding.encode(values, as: kinds)

    #expect(encoded == bytes(words))
    #expect(try Decoding.decode(kinds, from: encoded) == values)
  }

  /// From Solidity's specification of the ABI.
  @Test func `arrays of arrays lie behind offsets of their own`() throws {
    let kinds = ["uint256[][]", "string[]"].compactMap { Kind($0) }
    let values: [Value] = [
      .array([.array([.uint(1), .uint(2)]), .array([.uint(3)])]),
      .array([.string("one"), .string("two"), .string("three")]),
    ]

    let encoded = try Encoding.encode(values, as: kinds)

    #expect(Encoding.selector("g", kinds) == [0x22, 0x89, 0xB1, 0x8C])
    #expect(
      encoded
        == bytes([
          "40", "140", "2", "40", "a0", "2", "1", "2", "1", "3", "3", "60", "a0", "e0", "3",
          "6f6e65" + String(repeating: "0", count: 58), "3",
          "74776f" + String(repeating: "0", count: 58), "5",
          "7468726565" + String(repeating: "0", count: 54),
        ]))
    #expect(try Decoding.decode(kinds, from: encoded) == values)
  }

  @Test func `a call begins with its selector`() throws {
    let kinds = [Kind.address, .uint(256)]

    let call = try Encoding.call("transfer", [.address(.zero), .uint(1)], as: kinds)

    #expect(call.prefix(4) == [0xA9, 0x05, 0x9C, 0xBB])
    #expect(call.count == 68)
  }

  @Test func `a value that is not of its type is refused`() {
    let cases: [(Kind, Value)] = [
      (.uint(8), .uint(256)), (.uint(256), .int(1)), (.int(8), .int(128)),
      (.fixedBytes(4), .bytes([1, 2, 3])), (.bool, .uint(1)), (.array(.bool), .array([.uint(1)])),
      (.fixedArray(.bool, 2), .array([.bool(true)])), (.tuple([.bool]), .tuple([])),
      (.string, .bytes([])),
    ]

    for (kind, value) in cases {
      #expect(throws: Mismatch.self) { try Encoding.encode([value], as: [kind]) }
    }
    #expect(throws: Mismatch.self) { try Encoding.encode([], as: [.bool]) }
  }

  @Test func `negative numbers fill their word`() throws {
    let minusOne = Value.int(.max)

    let encoded = try Encoding.encode([minusOne], as: [.int(8)])

    #expect(encoded == [UInt8](repeating: 255, count: 32))
    #expect(try Decoding.decode([.int(8)], from: encoded) == [minusOne])
  }
}
