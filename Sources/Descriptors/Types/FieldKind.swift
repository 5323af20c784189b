internal import SwiftProtobuf

/// What a field holds, as the descriptor names it.
public enum FieldKind: Int, Hashable, Sendable {
  case double = 1
  case float = 2
  case int64 = 3
  case uint64 = 4
  case int32 = 5
  case fixed64 = 6
  case fixed32 = 7
  case bool = 8
  case string = 9
  case group = 10
  case message = 11
  case bytes = 12
  case uint32 = 13
  case enumeration = 14
  case sfixed32 = 15
  case sfixed64 = 16
  case sint32 = 17
  case sint64 = 18

  init(_ type: Google_Protobuf_FieldDescriptorProto.TypeEnum) {
    self =
      switch type {
      case .double: .double
      case .float: .float
      case .int64: .int64
      case .uint64: .uint64
      case .int32: .int32
      case .fixed64: .fixed64
      case .fixed32: .fixed32
      case .bool: .bool
      case .string: .string
      case .group: .group
      case .message: .message
      case .bytes: .bytes
      case .uint32: .uint32
      case .enum: .enumeration
      case .sfixed32: .sfixed32
      case .sfixed64: .sfixed64
      case .sint32: .sint32
      case .sint64: .sint64
      }
  }

  /// How one value of this kind travels, outside a packed run.
  var wireType: WireType {
    switch self {
    case .double, .fixed64, .sfixed64: .fixed64
    case .float, .fixed32, .sfixed32: .fixed32
    case .string, .bytes, .message: .lengthDelimited
    case .group: .startGroup
    case .int32, .int64, .uint32, .uint64, .sint32, .sint64, .bool, .enumeration: .varint
    }
  }

  var isMessage: Bool { self == .message || self == .group }

  var isPackable: Bool {
    switch wireType {
    case .varint, .fixed32, .fixed64: true
    case .lengthDelimited, .startGroup, .endGroup: false
    }
  }

  /// A map's key may be anything with an exact textual form.
  var mayBeMapKey: Bool {
    switch self {
    case .double, .float, .bytes, .message, .group, .enumeration: false
    case .int32, .int64, .uint32, .uint64, .sint32, .sint64, .bool, .string, .fixed32, .fixed64,
      .sfixed32, .sfixed64:
      true
    }
  }

  /// The type's word in a `.proto` file and in error messages.
  var keyword: String {
    self == .enumeration ? "enum" : "\(self)"
  }
}
