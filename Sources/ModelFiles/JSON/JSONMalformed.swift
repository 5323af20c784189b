/// Why a text is not JSON, or more of it than is allowed.
public enum JSONMalformed: Error, Hashable, Sendable {
  /// The text breaks RFC 8259 at this byte.
  case syntax(Reason, offset: Int)
  /// An object names a member twice.
  case duplicateKey(String, offset: Int)
  /// The text, or the tree it makes, passes a limit.
  case limit(Limit, max: Int)

  public enum Reason: String, Sendable {
    case notUTF8 = "not valid UTF-8"
    case cut = "the text ends too early"
    case trailing = "text after the value"
    case value = "a value does not begin like this"
    case number = "not a number"
    case key = "a key is a string"
    case colon = "a colon follows a key"
    case separator = "elements are separated by commas"
    case control = "a control character is escaped in a string"
    case escape = "no such escape"
    case surrogate = "half of a surrogate pair"
  }

  public enum Limit: String, Sendable {
    case depth = "the depth of JSON"
    case values = "the number of values in JSON"
  }
}

extension JSONMalformed: CustomStringConvertible {
  public var description: String {
    switch self {
    case .syntax(let reason, let offset): "JSON, byte \(offset): \(reason.rawValue)"
    case .duplicateKey(let key, let offset): "JSON, byte \(offset): \"\(key)\" stands twice"
    case .limit(let limit, let max): "\(limit.rawValue) passes \(max)"
    }
  }
}
