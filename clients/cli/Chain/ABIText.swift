internal import ABI
internal import JSONTree
internal import Primitives
internal import Wallet

/// Functions and values as people write them: `transfer(address,uint256)`, `0x12…`, `1ether`.
enum ABIText {
  /// The call's data; nothing for no function.
  static func data(_ function: String?, _ arguments: [String]) throws(UserError) -> [UInt8] {
    guard let function else {
      guard arguments.isEmpty else { throw UserError("arguments without a function") }
      return []
    }
    if function.hasPrefix("0x") {
      guard arguments.isEmpty, let bytes = try? Hex.decode(function) else {
        throw UserError("\(function) is neither a function nor hexadecimal digits")
      }
      return bytes
    }
    let (name, kinds) = try signature(function)
    let values = try values(arguments, kinds)
    do throws(Mismatch) {
      return try Encoding.call(name, values, as: kinds)
    } catch {
      throw UserError("a value is not a \(error.kind)")
    }
  }

  static func values(_ texts: [String], _ kinds: [Kind]) throws(UserError) -> [Value] {
    guard texts.count == kinds.count else {
      throw UserError("\(kinds.count) arguments are wanted, not \(texts.count)")
    }
    var values: [Value] = []
    for (text, kind) in zip(texts, kinds) { values.append(try value(text, kind)) }
    return values
  }

  /// `name(type,…)`; what follows the parenthesis is ignored.
  static func signature(_ text: String) throws(UserError) -> (name: String, kinds: [Kind]) {
    guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")"), open < close
    else { throw UserError("a function is written like transfer(address,uint256)") }
    let name = String(text[..<open])
    let list = text[open...close].filter { $0 != " " }
    if list == "()" { return (name, []) }
    guard case .tuple(let kinds)? = Kind(list) else {
      throw UserError("\(list) are no types of the contract ABI")
    }
    return (name, kinds)
  }

  private static func value(_ text: String, _ kind: Kind) throws(UserError) -> Value {
    switch kind {
    case .string where !text.hasPrefix("["): return .string(text)
    case .array, .fixedArray, .tuple:
      guard let json = try? JSONTree.JSON(parsing: Array(text.utf8)) else {
        throw UserError("\(kind) is written as a JSON list: \(text)")
      }
      return try value(json, kind)
    default: return try atom(text, kind)
    }
  }

  private static func value(_ json: JSONTree.JSON, _ kind: Kind) throws(UserError) -> Value {
    switch (kind, json) {
    case (.array(let element), .array(let list)), (.fixedArray(let element, _), .array(let list)):
      var values: [Value] = []
      for item in list { values.append(try value(item, element)) }
      return .array(values)
    case (.tuple(let kinds), .array(let list)) where list.count == kinds.count:
      var values: [Value] = []
      for (item, kind) in zip(list, kinds) { values.append(try value(item, kind)) }
      return .tuple(values)
    case (.string, .string(let text)): return .string(text)
    case (_, .string(let text)), (_, .number(let text)): return try atom(text, kind)
    case (.bool, .bool(let condition)): return .bool(condition)
    default: throw UserError("\(json.text) is not a \(kind)")
    }
  }

  private static func atom(_ text: String, _ kind: Kind) throws(UserError) -> Value {
    let wrong = UserError("\"\(text)\" is not a \(kind)")
    switch kind {
    case .uint: return .uint(try Amount.wei(text))
    case .int:
      let isNegative = text.hasPrefix("-")
      let size = try Amount.wei(isNegative ? String(text.dropFirst()) : text)
      return .int(isNegative ? .zero &- size : size)
    case .address:
      guard let address = Address(hex: text) else { throw wrong }
      return .address(address)
    case .bool:
      guard text == "true" || text == "false" else { throw wrong }
      return .bool(text == "true")
    case .bytes, .fixedBytes:
      guard text.hasPrefix("0x"), let bytes = try? Hex.decode(text) else { throw wrong }
      return .bytes(bytes)
    case .string: return .string(text)
    case .array, .fixedArray, .tuple: throw wrong
    }
  }

  /// What a call returned, as JSON.
  static func json(_ value: Value) -> JSON {
    switch value {
    case .uint(let number): .string("\(number)")
    case .int(let number):
      .string(number.isNegative ? "-\(U256.zero &- number)" : "\(number)")
    case .address(let address): .string("\(address)")
    case .bool(let condition): .bool(condition)
    case .bytes(let bytes): .string(Hex.encode(bytes, prefix: true))
    case .string(let text): .string(text)
    case .array(let values), .tuple(let values): .array(values.map(json))
    }
  }
}

/// Wei as people write them.
enum Amount {
  private static let units: [(String, Int)] = [("ether", 18), ("gwei", 9), ("wei", 0)]

  /// Reads `12`, `0x0c`, `1.5ether`, `3gwei`.
  static func wei(_ text: String) throws(UserError) -> U256 {
    let wrong = UserError("\"\(text)\" is no amount: 12, 0x0c, 1.5ether or 3gwei")
    if text.hasPrefix("0x") {
      guard let value = U256(hex: text) else { throw wrong }
      return value
    }
    let unit = units.first { text.hasSuffix($0.0) }
    let places = unit?.1 ?? 0
    let digits = text.dropLast(unit?.0.count ?? 0)
    let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, let whole = parts.first, !whole.isEmpty else { throw wrong }
    let fraction = parts.count == 2 ? parts[1] : ""
    guard fraction.count <= places,
      let value = U256(
        decimal: whole + fraction + String(repeating: "0", count: places - fraction.count))
    else { throw wrong }
    return value
  }

  /// Wei as ether, without zeros that say nothing.
  static func ether(_ wei: U256) -> String {
    let digits = "\(wei)"
    let padded = String(repeating: "0", count: max(0, 19 - digits.count)) + digits
    let whole = padded.dropLast(18)
    var fraction = padded.suffix(18)
    while fraction.last == "0" { fraction.removeLast() }
    return fraction.isEmpty ? "\(whole)" : "\(whole).\(fraction)"
  }
}
