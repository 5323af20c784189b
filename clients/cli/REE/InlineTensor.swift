internal import Foundation
internal import GensynClient
internal import Schema

/// A small tensor written on the command line: a type and numbers in JSON, `int64:[[1,2],[3,4]]`.
struct InlineTensor {
  private(set) var dimensions: [UInt64] = []
  private var numbers: [Double] = []
  private let type: Gensyn_Ree_V1.DataType

  private static let types: [String: Gensyn_Ree_V1.DataType] = [
    "float32": .float32, "float64": .float64, "int8": .int8, "int16": .int16, "int32": .int32,
    "int64": .int64, "uint8": .uint8, "uint16": .uint16, "uint32": .uint32, "uint64": .uint64,
    "bool": .bool,
  ]

  /// A number, or a list of lists of equal length.
  private enum Nested: Decodable {
    case number(Double)
    case list([Nested])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let flag = try? container.decode(Bool.self) {
        self = .number(flag ? 1 : 0)
      } else if let number = try? container.decode(Double.self) {
        self = .number(number)
      } else {
        self = .list(try container.decode([Nested].self))
      }
    }
  }

  /// - Returns: `nil` for text that does not begin with a type.
  /// - Throws: `UserError` for numbers that are no array.
  init?(_ text: String) throws {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let type = Self.types[String(parts[0])] else { return nil }
    self.type = type
    let nested: Nested
    do {
      nested = try JSONDecoder().decode(Nested.self, from: Data(parts[1].utf8))
    } catch {
      throw UserError("\(parts[1]) is no number and no list of numbers")
    }
    var level = nested
    while case .list(let items) = level {
      dimensions.append(UInt64(items.count))
      guard let first = items.first else { break }
      level = first
    }
    try append(nested, depth: 0)
  }

  private mutating func append(_ nested: Nested, depth: Int) throws {
    switch nested {
    case .number(let number):
      guard depth == dimensions.count else { throw UserError("the lists are not of equal depth") }
      numbers.append(number)
    case .list(let items):
      guard depth < dimensions.count, UInt64(items.count) == dimensions[depth] else {
        throw UserError("the lists are not of equal length")
      }
      for item in items { try append(item, depth: depth + 1) }
    }
  }

  func message(_ name: String) throws -> Gensyn_Ree_V1.Tensor {
    var data = Data()
    for number in numbers {
      switch type {
      case .float32: Self.append(Float(number).bitPattern, to: &data)
      case .float64: Self.append(number.bitPattern, to: &data)
      case .int8: Self.append(try Self.whole(number, as: Int8.self), to: &data)
      case .int16: Self.append(try Self.whole(number, as: Int16.self), to: &data)
      case .int32: Self.append(try Self.whole(number, as: Int32.self), to: &data)
      case .int64: Self.append(try Self.whole(number, as: Int64.self), to: &data)
      case .uint16: Self.append(try Self.whole(number, as: UInt16.self), to: &data)
      case .uint32: Self.append(try Self.whole(number, as: UInt32.self), to: &data)
      case .uint64: Self.append(try Self.whole(number, as: UInt64.self), to: &data)
      case .bool: data.append(number == 0 ? 0 : 1)
      default: Self.append(try Self.whole(number, as: UInt8.self), to: &data)
      }
    }
    var tensor = Gensyn_Ree_V1.Tensor()
    tensor.name = name
    tensor.dataType = type
    tensor.dimensions = dimensions
    tensor.data = data
    return tensor
  }

  private static func whole<T: FixedWidthInteger>(_ number: Double, as type: T.Type) throws -> T {
    guard let value = T(exactly: number) else { throw UserError("\(number) is no \(type)") }
    return value
  }

  private static func append(_ value: some FixedWidthInteger, to data: inout Data) {
    for shift in stride(from: 0, to: value.bitWidth, by: 8) {
      data.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }
}
