extension WireToJSON {
  /// Writes one value that is not a message.
  mutating func write(
    _ field: FieldDescriptor, _ payload: WireCursor.Payload, in wire: Span<UInt8>
  ) throws(TranscodingError) {
    switch payload {
    case .bits(let bits):
      if field.kind == .enumeration {
        try writeEnumeration(field, Int32(truncatingIfNeeded: bits))
      } else {
        writeNumber(field.kind, bits)
      }
    case .bytes(let range):
      let bytes = wire.extracting(range)
      if field.kind == .string {
        try checkText(bytes)
        json.string(utf8: bytes)
      } else {
        json.base64(bytes)
      }
    }
  }

  func checkText(_ bytes: Span<UInt8>) throws(TranscodingError) {
    do {
      _ = try UTF8Span(validating: bytes)
    } catch {
      throw TranscodingError(.unrepresentable("a string that is not UTF-8"))
    }
  }

  private mutating func writeEnumeration(
    _ field: FieldDescriptor, _ number: Int32
  ) throws(TranscodingError) {
    let type = try pool.enumeration(of: field)
    if type.isNullValue {
      json.token("null")
    } else if !options.enumsAsInts, let name = type.name(of: number) {
      json.string(name)
    } else {
      json.token("\(number)")
    }
  }

  private mutating func writeNumber(_ kind: FieldKind, _ bits: UInt64) {
    switch kind {
    case .double: writeFloat(Double(bitPattern: bits))
    case .float: writeFloat(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    case .int32, .sfixed32: json.token("\(Int32(truncatingIfNeeded: bits))")
    case .uint32, .fixed32: json.token("\(UInt32(truncatingIfNeeded: bits))")
    case .sint32: json.token("\(Int32(truncatingIfNeeded: unzigzag(bits & 0xFFFF_FFFF)))")
    case .int64, .sfixed64: writeInteger("\(Int64(bitPattern: bits))")
    case .uint64, .fixed64: writeInteger("\(bits)")
    case .sint64: writeInteger("\(unzigzag(bits))")
    case .bool: json.token(bits == 0 ? "false" : "true")
    case .string, .bytes, .message, .group, .enumeration: break
    }
  }

  private mutating func writeInteger(_ digits: String) {
    if options.int64AsNumbers { json.token(digits) } else { json.quoted(digits) }
  }

  private mutating func writeFloat<F: BinaryFloatingPoint & CustomStringConvertible>(_ value: F) {
    if value.isNaN {
      json.quoted("NaN")
    } else if value.isInfinite {
      json.quoted(value < 0 ? "-Infinity" : "Infinity")
    } else {
      // The shortest digits that read back as the same number.
      let text = value.description
      // Readers with integers take "-0" for one and lose the sign.
      let isWhole = text.hasSuffix(".0") && text != "-0.0"
      json.token(isWhole ? String(text.dropLast(2)) : text)
    }
  }

  private func unzigzag(_ bits: UInt64) -> Int64 {
    Int64(bitPattern: bits >> 1) ^ -Int64(bitPattern: bits & 1)
  }
}
