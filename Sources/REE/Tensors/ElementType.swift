/// How one element of a tensor is stored. Raw values are ONNX's numbers.
public enum ElementType: Int32, Hashable, Sendable, CaseIterable {
  case float32 = 1
  case uint8, int8, uint16, int16, int32, int64, string, bool, float16, float64, uint32, uint64
  case complex64, complex128, bfloat16
  case float8e4m3fn, float8e4m3fnuz, float8e5m2, float8e5m2fnuz
  case uint4, int4, float4e2m1, float8e8m0, uint2, int2

  /// What one element takes in memory. Types below eight bits take a byte each; text takes none of
  /// the tensor's own memory.
  public var sizeBytes: Int {
    switch self {
    case .string: 0
    case .uint8, .int8, .bool, .float8e4m3fn, .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz,
      .float8e8m0, .uint4, .int4, .float4e2m1, .uint2, .int2:
      1
    case .uint16, .int16, .float16, .bfloat16: 2
    case .float32, .int32, .uint32: 4
    case .float64, .int64, .uint64, .complex64: 8
    case .complex128: 16
    }
  }

  /// What one element takes in a file.
  public var sizeBits: Int {
    switch self {
    case .uint4, .int4, .float4e2m1: 4
    case .uint2, .int2: 2
    default: sizeBytes * 8
    }
  }

  var isInteger: Bool { isSigned || isUnsigned }

  var isSigned: Bool {
    switch self {
    case .int8, .int16, .int32, .int64, .int4, .int2: true
    default: false
    }
  }

  var isUnsigned: Bool {
    switch self {
    case .uint8, .uint16, .uint32, .uint64, .uint4, .uint2: true
    default: false
    }
  }

  /// Formats that are stored, and computed in float32.
  var isHalf: Bool { self == .float16 || self == .bfloat16 }

  var isFloat: Bool { self == .float32 || self == .float64 || isHalf }
}

extension ElementType: CustomStringConvertible {
  public var description: String {
    switch self {
    case .float32: "float32"
    case .uint8: "uint8"
    case .int8: "int8"
    case .uint16: "uint16"
    case .int16: "int16"
    case .int32: "int32"
    case .int64: "int64"
    case .string: "string"
    case .bool: "bool"
    case .float16: "float16"
    case .float64: "float64"
    case .uint32: "uint32"
    case .uint64: "uint64"
    case .complex64: "complex64"
    case .complex128: "complex128"
    case .bfloat16: "bfloat16"
    case .float8e4m3fn: "float8e4m3fn"
    case .float8e4m3fnuz: "float8e4m3fnuz"
    case .float8e5m2: "float8e5m2"
    case .float8e5m2fnuz: "float8e5m2fnuz"
    case .uint4: "uint4"
    case .int4: "int4"
    case .float4e2m1: "float4e2m1"
    case .float8e8m0: "float8e8m0"
    case .uint2: "uint2"
    case .int2: "int2"
    }
  }
}

extension ElementType {
  /// The types by their numbers in `gensyn.ree.v1.DataType`, which counts from 1.
  private static let schemaOrder: [ElementType?] = [
    .float32, .float64, .float16, .bfloat16, .int8, .int16, .int32, .int64, .uint8, .uint16,
    .uint32,
    .uint64, .bool, .string, nil, .int4, .uint4, .float8e4m3fn, .float8e5m2,
  ]

  /// The number in `gensyn.ree.v1.DataType`; `nil` for types that only stand inside models.
  public var schemaNumber: UInt8? {
    Self.schemaOrder.firstIndex(of: self).map { UInt8($0 + 1) }
  }

  public init?(schemaNumber: Int) {
    guard schemaNumber > 0, schemaNumber <= Self.schemaOrder.count,
      let type = Self.schemaOrder[schemaNumber - 1]
    else { return nil }
    self = type
  }
}
