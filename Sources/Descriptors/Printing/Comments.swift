internal import SwiftProtobuf

/// The leading comments of a file's declarations, by their path in the descriptor.
struct Comments {
  private let byPath: [[Int32]: String]

  init(_ file: Google_Protobuf_FileDescriptorProto) {
    byPath = Dictionary(
      file.sourceCodeInfo.location.lazy
        .filter { $0.hasLeadingComments }
        .map { ($0.path, $0.leadingComments) }
    ) { first, _ in first }
  }

  /// The comment in front of a declaration, a line each, without the slashes.
  func lines(at path: [Int32]) -> [String] {
    guard var text = byPath[path]?[...] else { return [] }
    if text.last == "\n" { text.removeLast() }
    return text.split(separator: "\n", omittingEmptySubsequences: false).map {
      $0.hasPrefix(" ") ? String($0.dropFirst()) : String($0)
    }
  }
}

/// The field numbers of `descriptor.proto` that paths consist of.
enum PathStep {
  static let messageInFile: Int32 = 4
  static let enumInFile: Int32 = 5
  static let serviceInFile: Int32 = 6
  static let extensionInFile: Int32 = 7
  static let methodInService: Int32 = 2
  static let fieldInMessage: Int32 = 2
  static let messageInMessage: Int32 = 3
  static let enumInMessage: Int32 = 4
  static let extensionInMessage: Int32 = 6
  static let oneofInMessage: Int32 = 8
  static let valueInEnum: Int32 = 2
}
