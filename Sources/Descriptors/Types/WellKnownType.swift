/// The types of `google.protobuf` that have a JSON form of their own.
enum WellKnownType: Hashable, Sendable {
  case any
  case timestamp
  case duration
  case fieldMask
  case structure
  case value
  case listValue
  case wrapper(FieldKind)

  /// Recognises a type by its name and its fields: another type under a known name, which only a
  /// hostile file declares, is an ordinary message.
  init?(fullName: String, fields: [FieldDescriptor]) {
    guard let type = Self.byName[fullName], fields.map(\.number) == Array(1...type.kinds.count),
      fields.map(\.kind) == type.kinds,
      fields.allSatisfy({ $0.isRepeated == type.isRepeated })
    else { return nil }
    self = type
  }

  private var kinds: [FieldKind] {
    switch self {
    case .any: [.string, .bytes]
    case .timestamp, .duration: [.int64, .int32]
    case .fieldMask: [.string]
    case .structure, .listValue: [.message]
    case .value: [.enumeration, .double, .string, .bool, .message, .message]
    case .wrapper(let kind): [kind]
    }
  }

  private var isRepeated: Bool {
    switch self {
    case .fieldMask, .structure, .listValue: true
    case .any, .timestamp, .duration, .value, .wrapper: false
    }
  }

  private static let byName: [String: WellKnownType] = [
    "google.protobuf.Any": .any,
    "google.protobuf.Timestamp": .timestamp,
    "google.protobuf.Duration": .duration,
    "google.protobuf.FieldMask": .fieldMask,
    "google.protobuf.Struct": .structure,
    "google.protobuf.Value": .value,
    "google.protobuf.ListValue": .listValue,
    "google.protobuf.DoubleValue": .wrapper(.double),
    "google.protobuf.FloatValue": .wrapper(.float),
    "google.protobuf.Int64Value": .wrapper(.int64),
    "google.protobuf.UInt64Value": .wrapper(.uint64),
    "google.protobuf.Int32Value": .wrapper(.int32),
    "google.protobuf.UInt32Value": .wrapper(.uint32),
    "google.protobuf.BoolValue": .wrapper(.bool),
    "google.protobuf.StringValue": .wrapper(.string),
    "google.protobuf.BytesValue": .wrapper(.bytes),
  ]
}
