internal import Foundation

/// One setting after the other, from the first place that says something: the command line, the
/// environment, the configuration file.
///
/// A setting has one name everywhere: `--data-dir`, `GENSYN_DATA_DIR`, `"data-dir"`.
struct Settings {
  private let environment: [String: String]
  private let file: [String: Value]

  /// What a key of the file may hold.
  enum Value: Decodable {
    case text(String)
    case number(Int)
    case flag(Bool)
    case texts([String])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let flag = try? container.decode(Bool.self) {
        self = .flag(flag)
      } else if let number = try? container.decode(Int.self) {
        self = .number(number)
      } else if let text = try? container.decode(String.self) {
        self = .text(text)
      } else {
        self = .texts(try container.decode([String].self))
      }
    }

    var texts: [String] {
      switch self {
      case .text(let text): [text]
      case .number(let number): ["\(number)"]
      case .flag(let flag): ["\(flag)"]
      case .texts(let texts): texts
      }
    }
  }

  init(environment: [String: String], file path: String?) throws(ConfigurationError) {
    self.environment = environment
    file = try path.map { (path) throws(ConfigurationError) in try Self.read(path) } ?? [:]
  }

  private static func read(_ path: String) throws(ConfigurationError) -> [String: Value] {
    let data: Data
    do {
      data = try Data(contentsOf: URL(filePath: path))
    } catch {
      throw ConfigurationError("cannot read the configuration \(path): \(error.reason)")
    }
    let values: [String: Value]
    do {
      values = try JSONDecoder().decode([String: Value].self, from: data)
    } catch {
      throw ConfigurationError(
        "\(path) must hold one JSON object whose values are texts, numbers, true, false or lists"
          + " of texts")
    }
    if let unknown = values.keys.sorted().first(where: { !names.contains($0) }) {
      throw ConfigurationError("\(path): there is no setting \"\(unknown)\"")
    }
    return values
  }

  static let names: Set = [
    "listen", "data-dir", "dev", "tls-cert", "tls-key", "client-ca", "allow-plaintext",
    "open-writes", "audience", "reflection", "cors-origin", "message-size-max",
    "connections-max", "genesis", "block-time", "follow", "quota", "loops", "drain-timeout",
    "log-format", "log-level",
  ]

  static func variable(_ name: String) -> String {
    "GENSYN_" + name.uppercased().replacing("-", with: "_")
  }
}

// MARK: - Reading settings

extension Settings {
  func texts(_ name: String, _ given: [String]) -> [String] {
    if !given.isEmpty { return given }
    if let variable = variable(name) {
      return variable.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    }
    return file[name]?.texts ?? []
  }

  func text(_ name: String, _ given: String?) -> String? {
    given ?? variable(name) ?? file[name]?.texts.first
  }

  func number(
    _ name: String, _ given: Int?, in range: ClosedRange<Int>
  ) throws(ConfigurationError) -> Int? {
    guard let text = text(name, given.map { "\($0)" }) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw ConfigurationError(
        "\(name) must be a number from \(range.lowerBound) to \(range.upperBound), not \"\(text)\"")
    }
    return number
  }

  func flag(_ name: String, _ given: Bool) throws(ConfigurationError) -> Bool {
    guard !given, let text = text(name, nil) else { return given }
    switch text {
    case "true", "1", "on": return true
    case "false", "0", "off": return false
    default: throw ConfigurationError("\(name) must be true or false, not \"\(text)\"")
    }
  }

  func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String, _ given: String?, default choice: Choice
  ) throws(ConfigurationError) -> Choice {
    guard let text = text(name, given) else { return choice }
    guard let choice = Choice(rawValue: text) else {
      let choices = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw ConfigurationError("\(name) must be one of \(choices), not \"\(text)\"")
    }
    return choice
  }

  private func variable(_ name: String) -> String? {
    guard let text = environment[Self.variable(name)], !text.isEmpty else { return nil }
    return text
  }
}

/// Why the node does not start: a sentence for the operator.
struct ConfigurationError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

extension Error {
  /// What the system says, without Foundation's wrapping.
  fileprivate var reason: String {
    let cause = (self as NSError).userInfo[NSUnderlyingErrorKey] as? any Error
    return (cause ?? self).localizedDescription
  }
}
