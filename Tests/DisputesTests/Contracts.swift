import Foundation

/// Where the contracts lie.
enum Contracts {
  static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Sources/Contracts")
}
