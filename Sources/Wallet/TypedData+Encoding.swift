internal import JSONTree
public import Primitives

extension TypedData {
  /// keccak(type hash ‖ encoded members).
  func hash(
    _ name: String, _ value: JSON, path: String, depth: Int
  ) throws(Invalid) -> Digest {
    guard depth < Self.depthMax else { throw .tooDeep }
    guard let members = types[name] else { throw .unknownType(name) }
    guard case .object = value else { throw .mismatch(path: path, type: name) }
    var bytes = Keccak256.hash(Array(try encodedType(name).utf8)).array
    for member in members {
      bytes += try word(
        member.type, value[member.name] ?? .null, path: "\(path).\(member.name)", depth: depth + 1
      ).bytes
    }
    return Keccak256.hash(bytes)
  }

  /// The 32 bytes that stand for a member's value.
  private func word(
    _ type: String, _ value: JSON, path: String, depth: Int
  ) throws(Invalid) -> U256 {
    guard depth < Self.depthMax else { throw .tooDeep }
    if type.hasSuffix("]") { return try array(type, value, path: path, depth: depth) }
    if types[type] != nil {
      // A struct that is not given has the hash of nothing.
      return value.isNull
        ? .zero : try hash(type, value, path: path, depth: depth).word
    }
    guard let word = try Self.atom(type, value, path: path) else {
      throw .mismatch(path: path, type: type)
    }
    return word
  }

  private func array(
    _ type: String, _ value: JSON, path: String, depth: Int
  ) throws(Invalid) -> U256 {
    guard let open = type.lastIndex(of: "["), let elements = value.elements else {
      throw .mismatch(path: path, type: type)
    }
    let element = String(type[..<open])
    let size = type[type.index(after: open)...].dropLast()
    guard size.isEmpty || Int(size) == elements.count else {
      throw .mismatch(path: path, type: type)
    }
    var bytes: [UInt8] = []
    for (index, value) in elements.enumerated() {
      bytes += try word(element, value, path: "\(path)[\(index)]", depth: depth + 1).bytes
    }
    return Keccak256.hash(bytes).word
  }

  /// A value that is neither a struct nor an array; nil where it is not of its type.
  private static func atom(_ type: String, _ value: JSON, path: String) throws(Invalid) -> U256? {
    switch type {
    case "string": return value.string.map { Keccak256.hash(Array($0.utf8)).word }
    case "bytes": return bytes(value).map { Keccak256.hash($0).word }
    case "bool":
      guard case .bool(let condition) = value else { return nil }
      return U256(condition)
    case "address": return value.string.flatMap { Address(hex: $0) }?.word
    default: break
    }
    if let size = width(type, "bytes", 1...32) {
      guard let bytes = bytes(value), bytes.count == size else { return nil }
      return U256(bigEndian: bytes + [UInt8](repeating: 0, count: 32 - size))
    }
    if let bits = width(type, "uint", 8...256), bits.isMultiple(of: 8) {
      guard let (number, isNegative) = number(value), !isNegative || number.isZero,
        number.bitWidth <= bits
      else { return nil }
      return number
    }
    if let bits = width(type, "int", 8...256), bits.isMultiple(of: 8) {
      guard let (number, isNegative) = number(value) else { return nil }
      let most = U256.one.shiftedLeft(by: UInt64(bits - 1))
      guard isNegative ? number <= most : number < most else { return nil }
      return isNegative ? .zero &- number : number
    }
    throw .unknownType(type)
  }

  private static func width(
    _ type: String, _ name: String, _ range: ClosedRange<Int>
  ) -> Int? {
    guard type.hasPrefix(name) else { return nil }
    let digits = type.dropFirst(name.count)
    // `uint` and `int` alone mean 256 bits.
    if digits.isEmpty { return name == "bytes" ? nil : 256 }
    guard let size = Int(digits), range.contains(size), digits.first != "0", digits.first != "+"
    else { return nil }
    return size
  }

  private static func bytes(_ value: JSON) -> [UInt8]? {
    guard let text = value.string, text.hasPrefix("0x") else { return nil }
    return try? Hex.decode(text)
  }

  private static func number(_ value: JSON) -> (U256, isNegative: Bool)? {
    let text: String
    switch value {
    case .number(let digits): text = digits
    case .string(let digits): text = digits
    default: return nil
    }
    let isNegative = text.hasPrefix("-")
    let digits = isNegative ? text.dropFirst() : text[...]
    let number = digits.hasPrefix("0x") ? U256(hex: digits) : U256(decimal: digits)
    return number.map { ($0, isNegative) }
  }
}

extension U256 {
  /// Reads decimal digits; nil for anything else and for more than 256 bits.
  public init?(decimal text: some StringProtocol) {
    guard !text.isEmpty, text.utf8.count <= 80 else { return nil }
    var value = U256.zero
    for byte in text.utf8 {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte),
        let next = value.multiplied(by: 10)?.adding(U256(UInt64(byte - UInt8(ascii: "0"))))
      else { return nil }
      value = next
    }
    self = value
  }
}
