import Foundation
import Logging
@testable import Observability
import Testing

@Suite
struct LogTests {
  /// What a logger writes.
  private func lines(
    _ format: LineLogHandler.Format, _ body: (Logger) -> Void
  ) throws -> [String] {
    let pipe = Pipe()
    let writer = LineWriter(pipe.fileHandleForWriting)
    let logger = Logger(label: "test") { label in
      LineLogHandler(
        label, format: format, writer: writer, clock: { Date(timeIntervalSince1970: 0) })
    }
    body(logger)
    writer.flush()
    try pipe.fileHandleForWriting.close()
    let bytes = try pipe.fileHandleForReading.readToEnd() ?? Data()
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test
  func `text is one line for people`() throws {
    let lines = try lines(.text) { logger in
      logger.info("call", metadata: ["b": "two words", "a": "1"])
    }

    #expect(lines == ["1970-01-01T00:00:00.000Z info test: call a=1 b=\"two words\""])
  }

  @Test
  func `JSON is one object a line, whatever is in it`() throws {
    let lines = try lines(.json) { logger in
      logger.error("a \"quote\"\nand a line", metadata: ["k": "\u{1}\\"])
    }

    #expect(lines.count == 1)
    let object = try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: String]
    #expect(object?["message"] == "a \"quote\"\nand a line")
    #expect(object?["k"] == "\u{1}\\")
    #expect(object?["level"] == "error")
  }

  @Test(arguments: LineLogHandler.Format.allCases)
  func `nobody starts a line of their own`(format: LineLogHandler.Format) throws {
    let lines = try lines(format) { logger in
      logger.info("a\nb", metadata: ["c": "d\ne"])
    }

    #expect(lines.count == 1)
  }
}
