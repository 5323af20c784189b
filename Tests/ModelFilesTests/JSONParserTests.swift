import Testing

@testable import ModelFiles

@Suite
struct JSONParserTests {
  func parse(
    _ text: [UInt8], limits: JSONParser.Limits = JSONParser.Limits()
  ) throws(JSONMalformed) -> JSONValue {
    try JSONParser.parse(text.span, limits: limits)
  }

  @Test
  func `reads every kind of value`() throws {
    let text = #" {"a": [null, true, false, -1.5e+3, "\u00e4\ud83d\ude00\n\/"], "b": {}} "#

    let value = try parse(Array(text.utf8))

    let expected = JSONValue.object([
      .init("a", .array([.null, .bool(true), .bool(false), .number("-1.5e+3"), .string("ä😀\n/")])),
      .init("b", .object([])),
    ])
    #expect(value == expected)
    #expect(value["a"]?.elements?[3].double == -1_500)
  }

  @Test(arguments: [
    "", " ", "{", "[1,]", "{\"a\"}", "{\"a\":1,}", "01", "1.", "-", "1e", "tru", "\"", "\"\\x\"",
    "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\u{1}\"", "1 2", "{\"a\":1,\"a\":2}", "+1", "\"\\u12",
  ])
  func `refuses what is not JSON`(text: String) {
    #expect(throws: JSONMalformed.self) { try parse(Array(text.utf8)) }
  }

  @Test
  func `keeps its limits`() {
    let deep = [UInt8](repeating: 0x5B, count: 100_000)
    #expect(throws: JSONMalformed.limit(.depth, max: 64)) { try parse(deep) }
    var limits = JSONParser.Limits()
    limits.valueCountMax = 3
    #expect(throws: JSONMalformed.limit(.values, max: 3)) {
      try parse(Array("[1,2,3]".utf8), limits: limits)
    }
  }
}
