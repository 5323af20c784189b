/// The keys and values at the front of a GGUF file.
public struct GGUFMetadata: Sendable {
  /// In the file's order.
  public let keys: [String]
  private let values: [String: GGUFValue]

  public subscript(_ key: String) -> GGUFValue? { values[key] }

  /// Metadata that no file holds, as a test needs it.
  package init(_ values: [String: GGUFValue]) {
    self.values = values
    keys = values.keys.sorted()
  }

  init(
    _ reader: inout GGUFReader, count: Int, limits: GGUFFile.Limits, _ bytes: Span<UInt8>
  ) throws(GGUFMalformed) {
    var keys: [String] = []
    var values: [String: GGUFValue] = [:]
    for _ in 0..<count {
      let start = reader.offset
      let key = try reader.string(.key, lengthMax: limits.keyLengthMax, bytes)
      guard !key.isEmpty else { throw .text(.key, offset: start) }
      let type: UInt32 = try reader.integer(.value, bytes)
      let value = try Self.value(&reader, type: type, key: key, depth: 0, limits: limits, bytes)
      guard values.updateValue(value, forKey: key) == nil else { throw .duplicateKey(key) }
      keys.append(key)
    }
    self.keys = keys
    self.values = values
  }

  private static func value(
    _ reader: inout GGUFReader, type: UInt32, key: String, depth: Int, limits: GGUFFile.Limits,
    _ bytes: Span<UInt8>
  ) throws(GGUFMalformed) -> GGUFValue {
    switch type {
    case 0: return .uint8(try reader.integer(.value, bytes))
    case 1: return .int8(try reader.integer(.value, bytes))
    case 2: return .uint16(try reader.integer(.value, bytes))
    case 3: return .int16(try reader.integer(.value, bytes))
    case 4: return .uint32(try reader.integer(.value, bytes))
    case 5: return .int32(try reader.integer(.value, bytes))
    case 6: return .float32(Float(bitPattern: try reader.integer(.value, bytes)))
    case 7:
      let byte: UInt8 = try reader.integer(.value, bytes)
      guard byte <= 1 else { throw .boolean(byte, key: key) }
      return .bool(byte == 1)
    case 8: return .string(try reader.string(.string, lengthMax: limits.stringLengthMax, bytes))
    case 9: return try array(&reader, key: key, depth: depth, limits: limits, bytes)
    case 10: return .uint64(try reader.integer(.value, bytes))
    case 11: return .int64(try reader.integer(.value, bytes))
    case 12: return .float64(Double(bitPattern: try reader.integer(.value, bytes)))
    default: throw .valueType(type, key: key)
    }
  }

  private static func array(
    _ reader: inout GGUFReader, key: String, depth: Int, limits: GGUFFile.Limits,
    _ bytes: Span<UInt8>
  ) throws(GGUFMalformed) -> GGUFValue {
    guard depth < limits.arrayDepthMax else { throw .arrayDepth(key: key) }
    let type: UInt32 = try reader.integer(.array, bytes)
    guard let elementBytes = smallestSize(of: type) else { throw .valueType(type, key: key) }
    let count = try reader.count(
      .array, max: limits.arrayCountMax, elementBytes: elementBytes, bytes)
    switch type {
    case 0: return .integers(try integers(UInt8.self, &reader, count, bytes))
    case 1: return .integers(try integers(Int8.self, &reader, count, bytes))
    case 2: return .integers(try integers(UInt16.self, &reader, count, bytes))
    case 3: return .integers(try integers(Int16.self, &reader, count, bytes))
    case 4: return .integers(try integers(UInt32.self, &reader, count, bytes))
    case 5: return .integers(try integers(Int32.self, &reader, count, bytes))
    case 11: return .integers(try integers(Int64.self, &reader, count, bytes))
    case 6:
      return .floats(
        try list(count) { () throws(GGUFMalformed) in
          Double(Float(bitPattern: try reader.integer(.array, bytes)))
        })
    case 12:
      return .floats(
        try list(count) { () throws(GGUFMalformed) in
          Double(bitPattern: try reader.integer(.array, bytes))
        })
    case 8:
      return .strings(
        try list(count) { () throws(GGUFMalformed) in
          try reader.string(.string, lengthMax: limits.stringLengthMax, bytes)
        })
    // Booleans, arrays, and 64-bit integers without sign, which may not fit the others' type.
    default:
      return .array(
        try list(count) { () throws(GGUFMalformed) in
          try value(&reader, type: type, key: key, depth: depth + 1, limits: limits, bytes)
        })
    }
  }

  private static func integers<Value: FixedWidthInteger>(
    _ type: Value.Type, _ reader: inout GGUFReader, _ count: Int, _ bytes: Span<UInt8>
  ) throws(GGUFMalformed) -> [Int64] {
    try list(count) { () throws(GGUFMalformed) in
      let value: Value = try reader.integer(.array, bytes)
      return Int64(truncatingIfNeeded: value)
    }
  }

  private static func list<Element>(
    _ count: Int, _ next: () throws(GGUFMalformed) -> Element
  ) throws(GGUFMalformed) -> [Element] {
    var elements: [Element] = []
    for _ in 0..<count { elements.append(try next()) }
    return elements
  }

  /// The fewest bytes that a value of a type takes; `nil` for a type that does not exist.
  private static func smallestSize(of type: UInt32) -> Int? {
    switch type {
    case 0, 1, 7: 1
    case 2, 3: 2
    case 4, 5, 6: 4
    case 8, 10, 11, 12: 8
    case 9: 12
    default: nil
    }
  }
}
