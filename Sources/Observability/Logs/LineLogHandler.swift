public import Foundation
public import Logging

/// Formats log messages as lines, for people or for programs.
public struct LineLogHandler: LogHandler {
  public enum Format: String, Sendable, CaseIterable {
    case text, json
  }

  public var metadataProvider: Logger.MetadataProvider?
  public var metadata: Logger.Metadata = [:]
  public var logLevel: Logger.Level
  private let label: String
  private let format: Format
  private let writer: LineWriter
  private let clock: @Sendable () -> Date

  public init(
    _ label: String, level: Logger.Level = .info, format: Format, writer: LineWriter,
    clock: @escaping @Sendable () -> Date = { Date() }
  ) {
    self.label = label
    self.logLevel = level
    self.format = format
    self.writer = writer
    self.clock = clock
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    var fields = metadata
    if let provided = metadataProvider?.get() { fields.merge(provided) { $1 } }
    if let given = event.metadata { fields.merge(given) { $1 } }
    if let error = event.error { fields["error"] = "\(error)" }
    let sorted = fields.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
    let time = clock().formatted(Self.timeStyle)
    switch format {
    case .text: writer.write(text(time, event, sorted))
    case .json: writer.write(json(time, event, sorted))
    }
  }

  private static let timeStyle = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

  private func text(
    _ time: String, _ event: LogEvent, _ fields: [(name: String, value: String)]
  ) -> String {
    var line = "\(time) \(event.level.rawValue) \(label): \(escape(event.message.description))"
    for (name, value) in fields {
      let isPlain = !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 < 0x7F }
      line += " \(name)=\(isPlain ? value : "\"\(escape(value))\"")"
    }
    return line
  }

  private func json(
    _ time: String, _ event: LogEvent, _ fields: [(name: String, value: String)]
  ) -> String {
    var line = "{\"time\":\"\(time)\",\"level\":\"\(event.level.rawValue)\",\"logger\":\"\(label)\""
    line += ",\"message\":\"\(escape(event.message.description))\""
    for (name, value) in fields { line += ",\"\(escape(name))\":\"\(escape(value))\"" }
    return line + "}"
  }

  /// The text as it stands in a JSON string: no peer can start a line of its own.
  private func escape(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C || $0 == 0x7F }) else {
      return text
    }
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": escaped += "\\\""
      case "\\": escaped += "\\\\"
      case "\n": escaped += "\\n"
      case "\t": escaped += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        let digits = String(scalar.value, radix: 16)
        escaped += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
