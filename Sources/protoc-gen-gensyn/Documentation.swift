internal import Foundation
internal import SwiftProtobuf
internal import SwiftProtobufPluginLibrary

/// A comment of a schema on its way to DocC.
struct Documentation {
  let lines: [String]

  init(_ comment: String) {
    var lines = comment.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let line = line.hasPrefix(" ") ? line.dropFirst() : line
      return String(line.reversed().drop { $0.isWhitespace }.reversed())
    }
    while lines.first?.isEmpty == true { lines.removeFirst() }
    while lines.last?.isEmpty == true { lines.removeLast() }
    self.lines = lines.map(Self.listingCode)
  }

  /// What stands above a declaration, or else beside it.
  init(of declaration: some ProvidesSourceCodeLocation) {
    let location = declaration.sourceCodeInfoLocation
    let leading = Documentation(location?.leadingComments ?? "")
    self = leading.lines.isEmpty ? Documentation(location?.trailingComments ?? "") : leading
  }

  /// What stands above a file's `package` statement.
  init(ofPackage file: FileDescriptor) {
    let packageField = 2
    let location = file.sourceCodeInfoLocation(path: IndexPath(index: packageField))
    self.init(location?.leadingComments ?? "")
  }

  /// Doc comment lines, each with its newline; empty without a comment.
  var comment: String {
    lines.map { $0.isEmpty ? "///\n" : "/// \($0)\n" }.joined()
  }

  /// All in one line, for parameter lists.
  var sentence: String {
    lines.map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: " ")
  }

  /// Our schemas list a method's status codes one a line; DocC would run them together.
  private static func listingCode(_ line: String) -> String {
    guard let colon = line.firstIndex(of: ":"), codes.contains(String(line[..<colon])) else {
      return line
    }
    return "- `\(line[..<colon])`\(line[colon...])"
  }

  private static let codes: Set<String> = [
    "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
    "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE",
    "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
  ]
}
