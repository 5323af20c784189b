/// What one side demands of the other's properties.
///
/// A comparison with a property that is not there, or is of another type, is neither true nor false,
/// and stays so under a negation: a match needs what is stated, not what is left out.
public indirect enum Constraint: Hashable, Sendable, Codable {
  /// Demands nothing.
  case nothing
  case comparison(Comparison)
  case all([Constraint])
  case any([Constraint])
  case not(Constraint)

  public static let depthMax = 8
  public static let partCountMax = 256

  public struct Comparison: Hashable, Sendable, Codable {
    public var kind: Kind
    public var name: String
    /// Not looked at for ``Kind/present``.
    public var value: PropertyValue

    public enum Kind: UInt8, Hashable, Sendable, Codable {
      /// The same; `*` in a text stands for anything.
      case equal = 1
      case less = 2
      case atMost = 3
      case greater = 4
      case atLeast = 5
      /// The list contains the text.
      case contains = 6
      case present = 7
    }

    public init(_ name: String, _ kind: Kind, _ value: PropertyValue) {
      self.kind = kind
      self.name = name
      self.value = value
    }
  }

  /// Whether the properties certainly meet it.
  public func holds(for properties: Properties) -> Bool {
    truth(for: properties) == true
  }

  /// Nil where it depends on what is not stated (Kleene's logic).
  func truth(for properties: Properties) -> Bool? {
    switch self {
    case .nothing: return true
    case .comparison(let comparison):
      guard comparison.kind != .present else { return properties[comparison.name] != nil }
      return properties[comparison.name].flatMap { comparison.truth(for: $0) }
    case .all(let parts):
      var result: Bool? = true
      for part in parts {
        switch part.truth(for: properties) {
        case true?: break
        case false?: return false
        case nil: result = nil
        }
      }
      return result
    case .any(let parts):
      var result: Bool? = false
      for part in parts {
        switch part.truth(for: properties) {
        case true?: return true
        case false?: break
        case nil: result = nil
        }
      }
      return result
    case .not(let part): return part.truth(for: properties).map { !$0 }
    }
  }
}

extension Constraint.Comparison {
  fileprivate func truth(for found: PropertyValue) -> Bool? {
    switch (found, value) {
    case (.texts(let texts), .text(let text)):
      return kind == .contains ? texts.contains { Self.matches($0, pattern: text) } : nil
    case (.text(let found), .text(let text)):
      guard kind != .equal else { return Self.matches(found, pattern: text) }
      guard kind != .contains else { return found.contains(text) }
      return ordered(Array(found.utf8), Array(text.utf8)) {
        $0.lexicographicallyPrecedes($1)
      }
    case (.flag(let found), .flag(let wanted)): return kind == .equal ? found == wanted : nil
    case (.integer(let found), .integer(let wanted)):
      return ordered(found, wanted, by: <)
    case (.integer(let found), .number(let wanted)):
      return ordered(Double(found), wanted, by: <)
    case (.number(let found), .integer(let wanted)):
      return ordered(found, Double(wanted), by: <)
    case (.number(let found), .number(let wanted)):
      return ordered(found, wanted, by: <)
    default: return nil
    }
  }

  private func ordered<Element: Equatable>(
    _ left: Element, _ right: Element, by isLess: (Element, Element) -> Bool
  ) -> Bool? {
    switch kind {
    case .equal: left == right
    case .less: isLess(left, right)
    case .atMost: isLess(left, right) || left == right
    case .greater: isLess(right, left)
    case .atLeast: isLess(right, left) || left == right
    case .contains, .present: nil
    }
  }

  /// Whether a text fits a pattern in which `*` stands for anything, in time linear in their product.
  static func matches(_ text: String, pattern: String) -> Bool {
    let text = Array(text.utf8)
    let pattern = Array(pattern.utf8)
    let star = UInt8(ascii: "*")
    var position = 0
    var place = 0
    // Where the last star was, and how far it reaches.
    var retry: (place: Int, position: Int)?
    while position < text.count {
      if place < pattern.count, pattern[place] == star {
        retry = (place, position)
        place += 1
      } else if place < pattern.count, pattern[place] == text[position] {
        place += 1
        position += 1
      } else if let last = retry {
        retry = (last.place, last.position + 1)
        place = last.place + 1
        position = last.position + 1
      } else {
        return false
      }
    }
    return pattern[place...].allSatisfy { $0 == star }
  }
}
