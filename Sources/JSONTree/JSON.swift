/// A JSON value in memory (RFC 8259); an object's members in order.
public indirect enum JSON: Hashable, Sendable {
  case null
  case bool(Bool)
  /// A number as it is written.
  case number(String)
  case string(String)
  case array([JSON])
  case object([Member])
  /// Text that is JSON already.
  case raw([UInt8])

  public struct Member: Hashable, Sendable {
    public var key: String
    public var value: JSON

    public init(_ key: String, _ value: JSON) {
      self.key = key
      self.value = value
    }
  }
}

extension JSON {
  public var isNull: Bool { self == .null }

  public var string: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  public var elements: [JSON]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }

  public var members: [Member]? {
    guard case .object(let members) = self else { return nil }
    return members
  }

  /// A member's value; nil where there is none, where it is null and where this is no object.
  public subscript(_ key: String) -> JSON? {
    guard case .object(let members) = self,
      let member = members.last(where: { $0.key == key }), !member.value.isNull
    else { return nil }
    return member.value
  }

  /// What the value is, for messages about what it should be.
  public var kind: String {
    switch self {
    case .null: "null"
    case .bool: "bool"
    case .number: "number"
    case .string: "string"
    case .array: "array"
    case .object, .raw: "object"
    }
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByIntegerLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(integerLiteral value: Int) { self = .number(String(value)) }
  public init(arrayLiteral elements: JSON...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(elements.map { Member($0.0, $0.1) })
  }
}

extension JSON {
  /// Adds a member to an object; anything else stays as it is.
  public mutating func append(_ key: String, _ value: JSON) {
    guard case .object(var members) = self else { return }
    // Taken out, so that the members have one owner and grow in place.
    self = .null
    members.append(Member(key, value))
    self = .object(members)
  }
}
