import Testing

@testable import gensyn

@Suite
struct JSONSplitterTests {
  private func split(_ text: String, pieceSize: Int = .max) throws -> [String] {
    var splitter = JSONSplitter()
    var values: [[UInt8]] = []
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      values += try splitter.take(Array(rest.prefix(pieceSize)))
      rest = rest.dropFirst(pieceSize)
    }
    if let last = try splitter.finish() { values.append(last) }
    return values.map { String(decoding: $0, as: UTF8.self) }
  }

  @Test(arguments: [1, 2, 3, 1000])
  func `values end at lines, brackets and quotes, however they arrive`(pieceSize: Int) throws {
    let text = "{\"a\":1}\n{\"b\":\n[2,\"}\"]}{}\"x\\\"y\" 12\r\ntrue [\"[\"]"

    let values = try split(text, pieceSize: pieceSize)

    #expect(
      values == [
        "{\"a\":1}", "{\"b\":\n[2,\"}\"]}", "{}", "\"x\\\"y\"", "12", "true", "[\"[\"]",
      ])
  }

  @Test
  func `blank lines are no messages`() throws {
    #expect(try split("\n\n {} \n\n") == ["{}"])
    #expect(try split("").isEmpty)
  }

  @Test(arguments: ["{\"a\":", "[1", "\"abc"])
  func `an input that breaks off is refused`(text: String) {
    #expect(throws: UserError.self) { try split(text) }
  }

  @Test
  func `a message has a largest size`() {
    var splitter = JSONSplitter(sizeMax: 8)
    #expect(throws: UserError.self) { try splitter.take(Array("[1,2,3,4,5".utf8)) }
  }
}
