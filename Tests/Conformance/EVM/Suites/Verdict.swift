/// How a test of a suite went.
public struct Verdict: Sendable {
  public let name: String
  /// Why it failed; nil when it passed.
  public let failure: String?

  public init(name: String, failure: String?) {
    self.name = name
    self.failure = failure
  }

  /// What names the tests that belong together.
  public var group: String {
    let path = name.split(separator: ":").first.map(String.init) ?? name
    return path.split(separator: "/").dropLast().joined(separator: "/")
  }
}
