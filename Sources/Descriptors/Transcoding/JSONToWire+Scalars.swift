/// The key of a map's entry, as it goes on the wire.
enum MapKey: Hashable {
  case bits(UInt64)
  case text([UInt8])
}

extension JSONToWire {
  func mismatch(_ node: Int, _ expected: String, in json: Span<UInt8>) -> TranscodingError {
    TranscodingError(
      .mismatch(found: document.excerpt(node, in: json), expected: expected))
  }

  func text(_ node: Int, in json: Span<UInt8>) -> String {
    String(decoding: document.string(node, in: json), as: UTF8.self)
  }

  /// The bytes of a string or bytes field.
  func bytes(
    _ kind: FieldKind, at node: Int, in json: Span<UInt8>
  ) throws(TranscodingError) -> [UInt8] {
    guard document.isString(node) else { throw mismatch(node, kind.phrase, in: json) }
    let text = document.string(node, in: json)
    guard kind == .bytes else { return text }
    guard let bytes = Base64.decode(text) else { throw mismatch(node, "base64", in: json) }
    return bytes
  }

  /// The bits of a number, bool or enum; `nil` for an enum's name that is to be ignored.
  func bits(
    _ field: FieldDescriptor, at node: Int, in json: Span<UInt8>
  ) throws(TranscodingError) -> UInt64? {
    switch field.kind {
    case .enumeration: return try enumBits(field, at: node, in: json)
    case .bool:
      switch document.kind(node) {
      case .true: return 1
      case .false: return 0
      default: throw mismatch(node, field.kind.phrase, in: json)
      }
    default:
      guard let bits = numberBits(field.kind, numberText(node, in: json)) else {
        throw mismatch(node, field.kind.phrase, in: json)
      }
      return bits
    }
  }

  func mapKey(
    _ field: FieldDescriptor, at node: Int, in json: Span<UInt8>
  ) throws(TranscodingError) -> MapKey {
    let text = document.string(node, in: json)
    switch field.kind {
    case .string: return .text(text)
    case .bool:
      if text == Array("true".utf8) { return .bits(1) }
      if text == Array("false".utf8) { return .bits(0) }
    default:
      if let bits = numberBits(field.kind, text) { return .bits(bits) }
    }
    throw mismatch(node, field.kind.phrase, in: json)
  }

  private func enumBits(
    _ field: FieldDescriptor, at node: Int, in json: Span<UInt8>
  ) throws(TranscodingError) -> UInt64? {
    let type = try pool.enumeration(of: field)
    switch document.kind(node) {
    case .null where type.isNullValue: return 0
    case .string, .escapedString:
      if let number = type.number(of: text(node, in: json)) { return extended(number) }
      if options.ignoreUnknown { return nil }
    case .number:
      if let number = JSONNumber(numberText(node, in: json).span)?.int64.flatMap(
        Int32.init(exactly:))
      {
        if !type.isClosed || type.name(of: number) != nil { return extended(number) }
        if options.ignoreUnknown { return nil }
      }
    default: break
    }
    throw mismatch(node, "a value of \(type.fullName)", in: json)
  }

  /// The characters of a number, or of a string that may hold one; empty for anything else.
  private func numberText(_ node: Int, in json: Span<UInt8>) -> [UInt8] {
    switch document.kind(node) {
    case .number, .string, .escapedString: document.string(node, in: json)
    case .null, .true, .false, .array, .object: []
    }
  }

  private func numberBits(_ kind: FieldKind, _ text: [UInt8]) -> UInt64? {
    guard text.count <= limits.numberLengthMax else { return nil }
    if kind == .double { return float(text, Double.init)?.bitPattern }
    if kind == .float { return float(text, Float.init).map { UInt64($0.bitPattern) } }
    guard let number = JSONNumber(text.span) else { return nil }
    switch kind {
    case .int32: return number.int64.flatMap(Int32.init(exactly:)).map(extended)
    case .int64: return number.int64.map { UInt64(bitPattern: $0) }
    case .uint32, .fixed32: return number.uint64.flatMap(UInt32.init(exactly:)).map(UInt64.init)
    case .uint64, .fixed64: return number.uint64
    case .sfixed32:
      return number.int64.flatMap(Int32.init(exactly:)).map { UInt64(UInt32(bitPattern: $0)) }
    case .sfixed64: return number.int64.map { UInt64(bitPattern: $0) }
    case .sint32: return number.int64.flatMap(Int32.init(exactly:)).map { zigzag(Int64($0)) }
    case .sint64: return number.int64.map(zigzag)
    case .double, .float, .bool, .string, .bytes, .enumeration, .message, .group: return nil
    }
  }

  private func float<F: BinaryFloatingPoint>(
    _ text: [UInt8], _ parse: (String) -> F?
  ) -> F? {
    let string = String(decoding: text, as: UTF8.self)
    switch string {
    case "NaN": return .nan
    case "Infinity": return .infinity
    case "-Infinity": return -.infinity
    default:
      // The grammar first: Swift also reads "0x1p3" and "inf".
      guard JSONNumber.end(from: 0, in: text.span) == text.count, !text.isEmpty else { return nil }
      return parse(string).flatMap { $0.isFinite ? $0 : nil }
    }
  }

  /// Negative numbers of 32 bits take ten bytes, as if they had 64.
  private func extended(_ number: Int32) -> UInt64 {
    UInt64(bitPattern: Int64(number))
  }

  private func zigzag(_ number: Int64) -> UInt64 {
    UInt64(bitPattern: number << 1 ^ number >> 63)
  }
}

extension FieldKind {
  /// The kind with its article, for error messages.
  fileprivate var phrase: String {
    switch self {
    case .int32, .int64: "an \(keyword)"
    default: "a \(keyword)"
    }
  }
}
