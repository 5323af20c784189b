import Descriptors
import Testing

@Suite
struct HostileInputTests {
  @Test(arguments: [
    "", " ", "{", "{}x", "{} {}", "{,}", #"{"a"}"#, #"{"a":}"#, #"{"number":1,}"#, "{'number':1}",
    "{number:1}", #"{"number":01}"#, #"{"number":+1}"#, #"{"number":1.}"#, #"{"number":.5}"#,
    #"{"number":1e}"#, #"{"number":-}"#, #"{"number":NaN}"#, #"{"number":tru}"#,
    #"{"text":"\x"}"#, #"{"text":"\u12"}"#, #"{"text":"\ud800"}"#, #"{"text":"\udc00\ud800"}"#,
    #"{"text":"\ud800\u0041"}"#, #"{"text":"\"#, #"{"text":"a"#, "{\"text\":\"\n\"}",
    "{\"text\":\"\u{1}\"}", "\u{FEFF}{}", "[1,]", "[1 2]", "//{}", #"{"text":"\u+123"}"#,
  ])
  func `refuses what is not JSON`(text: String) throws {
    #expect(try Fixture().refusal(text, "Leaf").hasPrefix("not JSON at byte "))
  }

  @Test
  func `refuses text that is not UTF-8`() throws {
    let bytes: [UInt8] = Array(#"{"text":""#.utf8) + [0xED, 0xA0, 0x80] + Array(#""}"#.utf8)
    let transcoder = try Fixture().transcoder

    #expect(throws: TranscodingError.self) {
      try transcoder.wire(fromJSON: bytes.span, type: "everything.v3.Leaf")
    }
  }

  @Test
  func `limits the depth of JSON`() throws {
    let deep = String(repeating: "[", count: 100_000)

    #expect(try Fixture().refusal(deep, "Leaf") == "the depth of JSON is limited to 100")
  }

  @Test
  func `limits the depth of messages both ways`() throws {
    func json(_ depth: Int) -> String {
      String(repeating: #"{"left":"#, count: depth) + "{}" + String(repeating: "}", count: depth)
    }
    func wire(_ depth: Int) -> [UInt8] {
      (0..<depth).reduce([]) { (inner: [UInt8], _) in
        let length = inner.count
        let prefix: [UInt8] =
          length < 128 ? [UInt8(length)] : [UInt8(length & 127) | 128, UInt8(length >> 7)]
        return [0x12] + prefix + inner
      }
    }
    var fixture = try Fixture()

    #expect(try fixture.wire(json(100), "Tree") == wire(100))
    #expect(try fixture.json(wire(100), "Tree") == json(100))
    #expect(
      fixture.refusal(wire(101), "Tree").hasSuffix("the depth of a message is limited to 100"))
    fixture.transcoder.limits.depthMax = 5
    #expect(fixture.refusal(json(6), "Tree") == "the depth of JSON is limited to 5")
    // A list's values are two messages deep each.
    #expect(
      fixture.refusal("[[[[]]]]", "google.protobuf.ListValue")
        .hasSuffix("the depth of a message is limited to 5"))
  }

  @Test
  func `limits groups that only begin`() throws {
    let wire = [UInt8](repeating: 0x3B, count: 100_000)

    #expect(
      try Fixture().refusal(wire, "everything.v2.Legacy")
        == "the depth of a message is limited to 100")
  }

  @Test
  func `limits numbers, input and output`() throws {
    var fixture = try Fixture()
    let number = String(repeating: "1", count: 3000)

    #expect(
      fixture.refusal(#"{"number":\#(number)}"#, "Leaf")
        == "the length of a number is limited to 2048")
    #expect(fixture.refusal(#"{"number":"\#(number)"}"#, "Leaf").hasSuffix("is not an int32"))
    fixture.transcoder.limits.outputSizeMax = 1000
    let shades: [UInt8] = [0x62, 0xFF, 1] + Array(repeating: 1, count: 255)
    #expect(
      fixture.refusal(shades, "Lists").hasSuffix("the size of the output is limited to 1000"))
    fixture.transcoder.limits.inputSizeMax = 10
    #expect(
      fixture.refusal(#"{"number":12}"#, "Leaf") == "the size of a message is limited to 10")
  }

  @Test(
    arguments: [
      [0x08], [0x08, 0x80], [0x08] + [UInt8](repeating: 0x80, count: 10) + [1], [0x0A],
      [0x12, 5, 1],
      [0x12, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1], [0x00, 1], [0x07, 1], [0x06],
      [0x0C], [0x1B, 0x08, 1], [0x1B, 0x24], [0x1D, 1], [0x19, 1, 2, 3],
      [0x88, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01, 1],
      [0x1B, 0x12, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x1C],
    ] as [[UInt8]])
  func `refuses what is not a message`(wire: [UInt8]) throws {
    #expect(try Fixture().refusal(wire, "Leaf").hasPrefix("not a message at byte "))
  }

  @Test
  func `skips fields that it does not know, and known ones of another wire type`() throws {
    let wire: [UInt8] = [0x1B, 0x23, 0x24, 0x08, 1, 0x1C, 0x0A, 1, 0x61, 0x10, 1, 0x08, 7]

    #expect(try Fixture().json(wire, "Leaf") == #"{"number":7}"#)
  }

  @Test
  func `never traps on random bytes or damaged messages`() throws {
    var random = SeededGenerator(seed: 1)
    let fixture = try Fixture { $0.emitDefaults = true }
    let types = ["Tree", "Scalars", "Lists", "Maps", "WellKnown", "everything.v2.Legacy"]
    let json = Array(
      #"{"name":"a\u00e9","children":[{"weight":1e3},{"left":{}}],"named":{"k":{}}}"#.utf8)
    let valid = try fixture.wire(String(decoding: json, as: UTF8.self), "Tree")
    for round in 0..<20_000 {
      var bytes = valid
      if !round.isMultiple(of: 2) {
        bytes = (0..<Int.random(in: 1..<40, using: &random)).map { _ in
          UInt8.random(in: 0...255, using: &random)
        }
      }
      let bit = UInt8.random(in: 0..<8, using: &random)
      bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << bit
      _ = fixture.refusal(bytes, types[round % types.count])

      var text = json
      text[Int.random(in: 0..<text.count, using: &random)] = UInt8.random(
        in: 0...255, using: &random)
      _ = try? fixture.transcoder.wire(fromJSON: text.span, type: "everything.v3.Tree")
    }
  }
}

/// SplitMix64: the same numbers in every run.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}
