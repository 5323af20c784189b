import JSONTree
import Testing

@Suite
struct JSONTests {
  private func parse(_ text: String) throws(JSON.Malformed) -> JSON {
    try JSON(parsing: Array(text.utf8))
  }

  @Test
  func `what is read is written alike`() throws {
    let text = #"{"a":[1,-2.5e3,true,null,"é\"\\\n"],"b":{},"c":[]}"#

    #expect(try parse(text).text == text)
  }

  @Test
  func `escapes become characters`() throws {
    #expect(try parse(#""\u00e9\ud83d\ude00\/""#) == .string("é😀/"))
    #expect(try parse(#""\u0000""#) == .string("\0"))
  }

  @Test(arguments: [
    "", "{", "[1,]", "{\"a\"}", "{a:1}", "01", "1.", "+1", "nul", "\"\\x\"", "\"\u{1}\"",
    "\"\\ud800\"", "\"\\ud800\\u0041\"", "1 2", "'a'", "[1 2]", "NaN", "-", "1e", "\"\\u+123\"",
  ])
  func `what is no JSON is refused`(text: String) {
    #expect(throws: JSON.Malformed.self) { try parse(text) }
  }

  @Test
  func `text that is not UTF-8 is refused`() {
    #expect(throws: JSON.Malformed.syntax(offset: 0)) {
      try JSON(parsing: [0x22, 0xC3, 0x28, 0x22])
    }
  }

  @Test
  func `depth and number of values have limits`() throws {
    let deep = String(repeating: "[", count: 33) + String(repeating: "]", count: 33)

    #expect(throws: JSON.Malformed.tooDeep(most: 32)) { try parse(deep) }
    #expect(throws: JSON.Malformed.tooManyValues(most: 3)) {
      try JSON(parsing: Array("[1,2,3]".utf8), valueCountMax: 3)
    }
    _ = try JSON(parsing: Array("[1,2,3]".utf8), valueCountMax: 4)
  }

  @Test(arguments: 0..<100)
  func `random bytes never trap`(seed: UInt64) {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
    let alphabet = Array("{}[]\",:\\u0123456789eE+-.truefalsn \u{7F}é".utf8)
    let bytes = (0..<200).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return alphabet[Int(state >> 33) % alphabet.count]
    }

    _ = try? JSON(parsing: bytes)
  }
}
