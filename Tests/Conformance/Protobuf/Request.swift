/// A `conformance.ConformanceRequest`, read by field number.
///
/// The suite's own schema is no part of this repository, and its messages need no more than this.
struct Request {
  enum Payload {
    case protobuf([UInt8])
    case json([UInt8])
    case unsupported
  }

  enum Format: UInt64 {
    case protobuf = 1
    case json = 2
  }

  private(set) var payload = Payload.unsupported
  private(set) var output: Format?
  private(set) var messageType = ""
  private(set) var ignoresUnknown = false

  init?(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      guard let tag = Self.varint(&rest) else { return nil }
      switch tag & 7 {
      case 0:
        guard let value = Self.varint(&rest) else { return nil }
        set(tag >> 3, number: value)
      case 2:
        guard let length = Self.varint(&rest), length <= rest.count else { return nil }
        set(tag >> 3, bytes: Array(rest.prefix(Int(length))))
        rest.removeFirst(Int(length))
      default: return nil
      }
    }
  }

  private mutating func set(_ field: UInt64, number: UInt64) {
    switch field {
    case 3: output = Format(rawValue: number)
    case 5: ignoresUnknown = number == Self.ignoreUnknownCategory
    default: break
    }
  }

  private mutating func set(_ field: UInt64, bytes: [UInt8]) {
    switch field {
    case 1: payload = .protobuf(bytes)
    case 2: payload = .json(bytes)
    case 4: messageType = String(decoding: bytes, as: UTF8.self)
    default: break
    }
  }

  private static func varint(_ bytes: inout ArraySlice<UInt8>) -> UInt64? {
    var result: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard let byte = bytes.popFirst() else { return nil }
      result |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return result }
    }
    return nil
  }

  private static let ignoreUnknownCategory = 3 as UInt64
}

/// A `conformance.ConformanceResponse`.
enum Response {
  case protobuf([UInt8])
  case json([UInt8])
  case parseError(String)
  case serializeError(String)
  case runtimeError(String)
  case skipped(String)

  var bytes: [UInt8] {
    switch self {
    case .parseError(let text): field(1, Array(text.utf8))
    case .runtimeError(let text): field(2, Array(text.utf8))
    case .protobuf(let bytes): field(3, bytes)
    case .json(let bytes): field(4, bytes)
    case .skipped(let text): field(5, Array(text.utf8))
    case .serializeError(let text): field(6, Array(text.utf8))
    }
  }

  private func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
    var result = [number << 3 | 2]
    var length = bytes.count
    while length >= 0x80 {
      result.append(UInt8(length & 0x7F) | 0x80)
      length >>= 7
    }
    return result + [UInt8(length)] + bytes
  }
}
