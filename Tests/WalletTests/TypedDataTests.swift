import JSONTree
import KeyDerivation
import Primitives
import Testing
import Wallet

@Suite
struct TypedDataTests {
  /// The example of EIP-712.
  private static let mail = """
    {"types":{"EIP712Domain":[{"name":"name","type":"string"},{"name":"version","type":"string"},
    {"name":"chainId","type":"uint256"},{"name":"verifyingContract","type":"address"}],
    "Person":[{"name":"name","type":"string"},{"name":"wallet","type":"address"}],
    "Mail":[{"name":"from","type":"Person"},{"name":"to","type":"Person"},
    {"name":"contents","type":"string"}]},"primaryType":"Mail",
    "domain":{"name":"Ether Mail","version":"1","chainId":1,
    "verifyingContract":"0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"},
    "message":{"from":{"name":"Cow","wallet":"0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"},
    "to":{"name":"Bob","wallet":"0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"},
    "contents":"Hello, Bob!"}}
    """

  private func document(_ type: String, _ value: String, types: String = "") -> [UInt8] {
    Array(
      """
      {"types":{"EIP712Domain":[],"T":[{"name":"x","type":"\(type)"}]\(types)},
      "primaryType":"T","domain":{},"message":{"x":\(value)}}
      """.utf8)
  }

  @Test
  func `the example of EIP-712 has its hashes and its signature`() throws {
    let data = try TypedData(json: Array(Self.mail.utf8))
    let secret = SecretBytes(Keccak256.hash(Array("cow".utf8)).bytes.span)
    let key = try AccountKey(secret)

    let signature = try key.sign(data)

    #expect(
      try data.encodedType("Mail")
        == "Mail(Person from,Person to,string contents)Person(string name,address wallet)")
    #expect(
      try data.domainSeparator().description
        == "f2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f")
    #expect(
      try data.messageHash().description
        == "c52c0ee5d84264471806290a3f2c4cecfc5490626bf912d01f240d7a274b371e")
    #expect(
      try data.signingHash().description
        == "be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2")
    #expect(
      Hex.encode(signature.bytes)
        == "4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d"
        + "07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b915621c")
  }

  @Test(arguments: [
    ("uint8", "256"), ("uint8", "-1"), ("int8", "128"), ("int8", "-129"), ("bool", "1"),
    ("address", "\"0x12\""), ("bytes4", "\"0x123456\""), ("bytes", "\"zz\""), ("string", "1"),
    ("uint256[2]", "[1]"), ("uint256[]", "1"), ("uint256", "\"1.5\""),
  ])
  func `a value that is not of its type is refused`(type: String, value: String) throws {
    let data = try TypedData(json: document(type, value))

    #expect(throws: TypedData.Invalid.self) { try data.signingHash() }
  }

  @Test(arguments: [
    ("uint8", "255"), ("int8", "-128"), ("int8", "127"), ("uint256", "\"0xff\""),
    ("uint256", "\"1000000000000000000000\""), ("bytes4", "\"0x12345678\""),
    ("uint256[][2]", "[[1],[]]"), ("string", "\"\""), ("bytes", "\"0x\""),
  ])
  func `a value at the edge of its type is taken`(type: String, value: String) throws {
    let data = try TypedData(json: document(type, value))

    _ = try data.signingHash()
  }

  @Test
  func `types that nobody defined, and endless ones, are refused`() throws {
    #expect(throws: TypedData.Invalid.unknownType("Nowhere")) {
      try TypedData(json: document("Nowhere", "{}")).signingHash()
    }
    let endless = try TypedData(
      json: document(
        "T",
        String(repeating: #"{"x":"#, count: 40) + "null"
          + String(repeating: "}", count: 40)))
    #expect(throws: TypedData.Invalid.tooDeep) { try endless.signingHash() }
    #expect(throws: TypedData.Invalid.self) { try TypedData(json: Array("{}".utf8)) }
    #expect(throws: TypedData.Invalid.self) { try TypedData(json: Array("[".utf8)) }
  }
}
