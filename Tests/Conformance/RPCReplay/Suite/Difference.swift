internal import JSONTree

/// Where two JSON values differ.
enum Difference {
  /// The first place where they do; nil where they are equal, whatever the order of members.
  static func find(_ ours: JSON, _ theirs: JSON, path: String = "") -> String? {
    switch (ours, theirs) {
    case (.object(let left), .object(let right)):
      for member in right {
        guard let own = left.first(where: { $0.key == member.key }) else {
          return "\(path).\(member.key): missing"
        }
        if let found = find(own.value, member.value, path: "\(path).\(member.key)") {
          return found
        }
      }
      let extra = left.first { member in !right.contains { $0.key == member.key } }
      return extra.map { "\(path).\($0.key): not expected" }
    case (.array(let left), .array(let right)):
      for (index, pair) in zip(left, right).enumerated() {
        if let found = find(pair.0, pair.1, path: "\(path)[\(index)]") { return found }
      }
      return left.count == right.count
        ? nil : "\(path): \(left.count) elements, not \(right.count)"
    default:
      return ours == theirs
        ? nil : "\(path): \(ours.text.prefix(160)), not \(theirs.text.prefix(160))"
    }
  }

  /// The first place where they differ in form: other members, or values of another kind.
  static func findInForm(_ ours: JSON, _ theirs: JSON, path: String = "") -> String? {
    switch (ours, theirs) {
    case (.object(let left), .object(let right)):
      // What has a name of its own in each answer, such as an address, has the form of the first.
      if let first = right.first, first.key.hasPrefix("0x") {
        return left.first.flatMap { findInForm($0.value, first.value, path: "\(path).*") }
      }
      for member in right where !isOptional(member.key) {
        guard let own = left.first(where: { $0.key == member.key }) else {
          return "\(path).\(member.key): missing"
        }
        if let found = findInForm(own.value, member.value, path: "\(path).\(member.key)") {
          return found
        }
      }
      return nil
    case (.array(let left), .array(let right)):
      guard let sample = right.first else { return nil }
      for (index, element) in left.enumerated() {
        if let found = findInForm(element, sample, path: "\(path)[\(index)]") { return found }
      }
      return nil
    case (.string(let left), .string(let right)):
      return left.hasPrefix("0x") == right.hasPrefix("0x")
        ? nil : "\(path): \(left.prefix(80)), not like \(right.prefix(80))"
    default:
      return ours.kind == theirs.kind ? nil : "\(path): \(ours.kind), not \(theirs.kind)"
    }
  }

  /// Members of a struct log that come with some instructions alone.
  private static func isOptional(_ key: String) -> Bool {
    ["storage", "memory", "returnData", "refund", "error", "deleteStrategy"].contains(key)
  }
}
