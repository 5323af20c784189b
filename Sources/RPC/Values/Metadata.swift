/// What travels beside the messages of a call: named values, several of one name allowed.
///
/// Names are lower case. A name that ends in `-bin` holds bytes; every other one holds printable
/// ASCII text (grpc/grpc doc/PROTOCOL-HTTP2.md, "Custom-Metadata").
public struct Metadata: Sendable, Hashable {
  public struct Field: Sendable, Hashable {
    public var name: String
    public var value: Value

    public enum Value: Sendable, Hashable {
      case text(String)
      case binary([UInt8])
    }
  }

  public private(set) var fields: [Field] = []

  public init() {}

  public var isEmpty: Bool { fields.isEmpty }
  public var count: Int { fields.count }

  /// The first text of that name; setting replaces all of them.
  public subscript(name: String) -> String? {
    get {
      guard !fields.isEmpty else { return nil }
      let name = name.inLowerCase
      for field in fields where field.name == name {
        if case .text(let text) = field.value { return text }
      }
      return nil
    }
    set {
      removeAll(name)
      if let newValue { append(newValue, for: name) }
    }
  }

  /// The first bytes under that name, which ends in `-bin`; setting replaces all of them.
  public subscript(binary name: String) -> [UInt8]? {
    get {
      guard !fields.isEmpty else { return nil }
      let name = name.inLowerCase
      for field in fields where field.name == name {
        if case .binary(let bytes) = field.value { return bytes }
      }
      return nil
    }
    set {
      removeAll(name)
      if let newValue { append(newValue, for: name) }
    }
  }

  /// Every text of that name, in order.
  public func texts(_ name: String) -> [String] {
    let name = name.inLowerCase
    return fields.compactMap { field in
      guard case .text(let text) = field.value, field.name == name else { return nil }
      return text
    }
  }

  /// Every value of that name as bytes, in order.
  public func binaries(_ name: String) -> [[UInt8]] {
    let name = name.inLowerCase
    return fields.compactMap { field in
      guard case .binary(let bytes) = field.value, field.name == name else { return nil }
      return bytes
    }
  }

  public mutating func append(_ text: String, for name: String) {
    fields.append(Field(name: name.inLowerCase, value: .text(text)))
  }

  public mutating func append(_ bytes: [UInt8], for name: String) {
    fields.append(Field(name: name.inLowerCase, value: .binary(bytes)))
  }

  public mutating func append(contentsOf other: Metadata) {
    fields.append(contentsOf: other.fields)
  }

  public mutating func removeAll(_ name: String) {
    let name = name.inLowerCase
    fields.removeAll { $0.name == name }
  }
}

extension Metadata: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (String, String)...) {
    for (name, text) in elements { append(text, for: name) }
  }
}

extension Metadata {
  /// Why a field cannot travel.
  public enum Malformed: Error, Hashable {
    case name(String)
    /// Text with a character outside printable ASCII.
    case text(name: String)
    /// Bytes under a name without `-bin`, or text under one with it.
    case kind(name: String)
    /// A name that the protocols keep for themselves.
    case reserved(name: String)
  }

  /// Checks that every field may be sent as user metadata.
  public func validate() throws(Malformed) {
    for field in fields { try field.validate() }
  }
}

extension Metadata.Field {
  func validate() throws(Metadata.Malformed) {
    guard !name.isEmpty, name.utf8.allSatisfy(Metadata.isNameByte) else { throw .name(name) }
    guard !name.hasPrefix("grpc-") else { throw .reserved(name: name) }
    switch value {
    case .text(let text):
      guard !name.hasSuffix("-bin") else { throw .kind(name: name) }
      guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 <= 0x7E }) else { throw .text(name: name) }
    case .binary:
      guard name.hasSuffix("-bin") else { throw .kind(name: name) }
    }
  }
}

extension String {
  /// Names mostly are in lower case already, and then there is no copy.
  fileprivate var inLowerCase: String {
    let bytes = utf8.span
    for index in bytes.indices {
      let byte = bytes[index]
      if byte >= 0x80 || (byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")) {
        return lowercased()
      }
    }
    return self
  }
}

extension Metadata {
  static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
      true
    default: false
    }
  }
}
