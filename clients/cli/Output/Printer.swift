internal import Console

/// Writes a command's data in the form that was asked for.
struct Printer {
  let format: OutputFormat
  private let stream = OutputStream.standardOutput

  init(_ options: GlobalOptions) throws {
    format = try options.settings().output
  }

  func show(json: @autoclosure () -> JSON, text: @autoclosure () -> String) throws(ConsoleError) {
    try line(format == .json ? json().text : text())
  }

  func line(_ text: String) throws(ConsoleError) {
    try stream.write(text.hasSuffix("\n") ? text : text + "\n")
  }

  /// Rows under a heading, or one JSON object a row.
  func table(_ table: Table) throws(ConsoleError) {
    switch format {
    case .json: for row in table.rows { try line(row.json.text) }
    case .table: try line(table.text)
    }
  }
}

/// What goes to standard error: for people, never for programs.
enum Note {
  static func write(_ text: String) {
    // Where even that cannot be written, nobody is left to tell.
    try? OutputStream.standardError.write(text + "\n")
  }
}
