/// A JSON value in memory, an object's members in the order of the text.
///
/// Model files describe themselves in JSON: the header of safetensors, `tokenizer.json`,
/// `config.json`. They are read whole and once, so a plain tree serves.
package indirect enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  /// A number as it is written.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([Member])

  package struct Member: Hashable, Sendable {
    package let key: String
    package let value: JSONValue

    package init(_ key: String, _ value: JSONValue) {
      self.key = key
      self.value = value
    }
  }
}

extension JSONValue {
  package var members: [Member]? {
    guard case .object(let members) = self else { return nil }
    return members
  }

  package var elements: [JSONValue]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }

  package var string: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  package var bool: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }

  /// The number if it is written as an integer and fits.
  package var integer: Int? {
    guard case .number(let text) = self else { return nil }
    return Int(text)
  }

  package var double: Double? {
    guard case .number(let text) = self else { return nil }
    return Double(text)
  }

  package var isNull: Bool { self == .null }

  /// The value of a member; `nil` if there is none or if it is null.
  package subscript(_ key: String) -> JSONValue? {
    guard let member = members?.first(where: { $0.key == key }), !member.value.isNull else {
      return nil
    }
    return member.value
  }
}
