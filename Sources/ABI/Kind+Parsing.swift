extension Kind {
  /// The type of a canonical name, such as `(uint256,bytes32[])[4]`; nil where it names none, is
  /// nested too deeply or is too large.
  public init?(_ name: some StringProtocol) {
    var parser = KindParser(Array(name.utf8))
    guard let kind = parser.kind(depth: 0), parser.isAtEnd else { return nil }
    self = kind
  }
}

/// Reads a type's name from left to right.
private struct KindParser {
  private let text: [UInt8]
  private var position = 0

  init(_ text: [UInt8]) { self.text = text }

  var isAtEnd: Bool { position == text.count }

  private var next: UInt8? { position < text.count ? text[position] : nil }

  private mutating func take(_ character: Character) -> Bool {
    guard let next, next == character.asciiValue else { return false }
    position += 1
    return true
  }

  mutating func kind(depth: Int) -> Kind? {
    guard depth < Kind.depthMax, var kind = take("(") ? tuple(depth) : word() else { return nil }
    var depth = depth
    while take("[") {
      depth += 1
      guard depth < Kind.depthMax else { return nil }
      if take("]") {
        kind = .array(kind)
      } else {
        guard let count = number(), count >= 1, take("]"),
          count <= Kind.headWordsMax * 32 / kind.headByteCount
        else { return nil }
        kind = .fixedArray(kind, count)
      }
    }
    return kind
  }

  private mutating func tuple(_ depth: Int) -> Kind? {
    var components: [Kind] = []
    var byteCount = 0
    repeat {
      guard let component = kind(depth: depth + 1) else { return nil }
      byteCount += component.headByteCount
      guard byteCount <= Kind.headWordsMax * 32 else { return nil }
      components.append(component)
    } while take(",")
    return take(")") ? .tuple(components) : nil
  }

  private mutating func word() -> Kind? {
    let start = position
    while let next, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(next) { position += 1 }
    let name = String(decoding: text[start..<position], as: UTF8.self)
    guard let digit = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else {
      return ["address": .address, "bool": .bool, "bytes": .bytes, "string": .string][name]
    }
    guard let size = number() else { return nil }
    switch name {
    case "uint" where isWidth(size): return .uint(size)
    case "int" where isWidth(size): return .int(size)
    case "bytes" where (1...32).contains(size): return .fixedBytes(size)
    default: return nil
    }
  }

  private func isWidth(_ bits: Int) -> Bool { (8...256).contains(bits) && bits.isMultiple(of: 8) }

  /// A number without leading zeros, of at most six digits.
  private mutating func number() -> Int? {
    let start = position
    while let next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(next) { position += 1 }
    guard (1...6).contains(position - start), text[start] != UInt8(ascii: "0") else { return nil }
    return Int(String(decoding: text[start..<position], as: UTF8.self))
  }
}
