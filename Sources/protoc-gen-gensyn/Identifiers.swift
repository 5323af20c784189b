internal import SwiftProtobufPluginLibrary

/// Names that Swift accepts, made from names that protobuf accepts.
enum Identifiers {
  private static let keywords =
    swiftKeywordsUsedInDeclarations
    .union(swiftKeywordsUsedInStatements)
    .union(swiftKeywordsUsedInExpressionsAndTypes)

  /// Members that no backticks can rescue.
  private static let impossible: Set<String> = ["init", "self", "Self", "Type", "Protocol"]

  static func isKeyword(_ name: String) -> Bool {
    keywords.contains(name)
  }

  /// The name as it stands in a declaration.
  static func quoted(_ name: String) -> String {
    isKeyword(name) ? "`\(name)`" : name
  }

  /// `StatArtifact` as `statArtifact`, `GetURL` as `getURL`, `AXLInfo` as `axlInfo`.
  static func lowerCamel(_ name: String) -> String {
    guard !name.contains("_") else { return NamingUtils.toLowerCamelCase(name) }
    let capitals = name.prefix { $0.isUppercase }
    let lowered =
      capitals.count <= 1 || capitals.count == name.count ? capitals.count : capitals.count - 1
    return name.prefix(lowered).lowercased() + name.dropFirst(lowered)
  }

  /// A member's name, with protoc-gen-swift's suffix where the plain one is impossible or taken.
  static func member(_ name: String, avoiding taken: Set<String>) -> String {
    var name = name
    while taken.contains(name) || impossible.contains(name) { name += "_p" }
    return name
  }

  /// A type's name within its namespace.
  static func type(_ name: String, kind: String) -> String {
    impossible.contains(name) || isKeyword(name) ? name + kind : name
  }
}

extension String {
  func removingSuffix(_ suffix: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
  }

  /// Every line that is not empty, moved to the right.
  func indented(by levels: Int = 1) -> String {
    let space = String(repeating: "  ", count: levels)
    return split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "" : space + $0 }
      .joined(separator: "\n")
  }
}
