extension JSONToWire {
  mutating func write(
    _ wellKnown: WellKnownType, _ type: MessageDescriptor, at node: Int, in json: Span<UInt8>,
    depth: Int
  ) throws(TranscodingError) {
    switch wellKnown {
    case .any: try writeAny(type, at: node, in: json, depth: depth)
    case .timestamp:
      guard let time = string(node, in: json).flatMap(Timestamp.init(text:)) else {
        throw mismatch(node, "a timestamp", in: json)
      }
      writeParts(time.seconds, time.nanos)
    case .duration:
      guard let span = string(node, in: json).flatMap(SignedDuration.init(text:)) else {
        throw mismatch(node, "a duration", in: json)
      }
      writeParts(span.seconds, span.nanos)
    case .fieldMask: try writeFieldMask(at: node, in: json)
    case .structure:
      try writeMap(
        type.fields[0], pool.mapEntry(of: type.fields[0]), at: node, in: json, depth: depth)
    case .listValue: try writeArray(type.fields[0], at: node, in: json, depth: depth)
    case .value: try writeValue(type, at: node, in: json, depth: depth)
    case .wrapper: try writeElement(type.fields[0], at: node, in: json, depth: depth)
    }
  }

  private func string(_ node: Int, in json: Span<UInt8>) -> [UInt8]? {
    document.isString(node) ? document.string(node, in: json) : nil
  }

  private mutating func writeParts(_ seconds: Int64, _ nanos: Int32) {
    if seconds != 0 {
      output.appendTag(1, .varint)
      output.appendVarint(UInt64(bitPattern: seconds))
    }
    if nanos != 0 {
      output.appendTag(2, .varint)
      output.appendVarint(UInt64(bitPattern: Int64(nanos)))
    }
  }

  private mutating func writeFieldMask(
    at node: Int, in json: Span<UInt8>
  ) throws(TranscodingError) {
    guard let text = string(node, in: json) else { throw mismatch(node, "a field mask", in: json) }
    guard !text.isEmpty else { return }
    for path in text.split(separator: 0x2C, omittingEmptySubsequences: false) {
      guard let snakeCase = String(decoding: path, as: UTF8.self).snakeCasePath,
        !snakeCase.isEmpty
      else { throw mismatch(node, "a field mask", in: json) }
      output.appendTag(1, .lengthDelimited)
      output.appendDelimited(Array(snakeCase.utf8))
    }
  }

  private mutating func writeValue(
    _ type: MessageDescriptor, at node: Int, in json: Span<UInt8>, depth: Int
  ) throws(TranscodingError) {
    let index =
      switch document.kind(node) {
      case .null: 0
      case .number: 1
      case .string, .escapedString: 2
      case .true, .false: 3
      case .object: 4
      case .array: 5
      }
    try writeElement(type.fields[index], at: node, in: json, depth: depth)
  }

  private mutating func writeAny(
    _ type: MessageDescriptor, at node: Int, in json: Span<UInt8>, depth: Int
  ) throws(TranscodingError) {
    guard document.kind(node) == .object else {
      throw mismatch(node, "an object (\(type.fullName))", in: json)
    }
    // An `Any` that was never set is written as an empty object.
    guard document.next(node) > node + 1 else { return }
    guard let urlNode = try member("@type", of: node, in: json), document.isString(urlNode) else {
      throw mismatch(node, "an object with an \"@type\"", in: json)
    }
    let url = document.string(urlNode, in: json)
    let content = try pool.message(url: text(urlNode, in: json))
    guard depth < limits.depthMax else {
      throw TranscodingError(
        .limitExceeded(limit: "the depth of a message", max: limits.depthMax))
    }
    output.appendTag(1, .lengthDelimited)
    output.appendDelimited(url)
    let fieldStart = output.count
    output.appendTag(2, .lengthDelimited)
    let start = output.beginDelimited()
    if content.wellKnown == nil {
      try writeFields(of: content, at: node, in: json, depth: depth + 1, isAny: true)
    } else {
      try writeContent(content, of: node, in: json, depth: depth)
    }
    if output.count == start {
      output.removeSubrange(fieldStart...)
    } else {
      output.endDelimited(start)
    }
  }

  /// The content of an `Any` whose type has a JSON form of its own, in the member `value`.
  private mutating func writeContent(
    _ type: MessageDescriptor, of node: Int, in json: Span<UInt8>, depth: Int
  ) throws(TranscodingError) {
    guard let value = try member("value", of: node, in: json) else {
      throw mismatch(node, "an object with a \"value\"", in: json)
    }
    do throws(TranscodingError) {
      try write(type, at: value, in: json, depth: depth + 1)
    } catch {
      throw error.within(.field("value"))
    }
    guard !options.ignoreUnknown else { return }
    var key = node + 1
    while key < document.next(node) {
      let name = text(key, in: json)
      guard name == "@type" || name == "value" else {
        throw TranscodingError(.unknownField(name, type: "google.protobuf.Any"))
      }
      key = document.next(key + 1)
    }
  }

  private func member(
    _ name: String, of object: Int, in json: Span<UInt8>
  ) throws(TranscodingError) -> Int? {
    var result: Int?
    var key = object + 1
    while key < document.next(object) {
      if text(key, in: json) == name {
        guard result == nil else { throw TranscodingError(.duplicateField(name)) }
        result = key + 1
      }
      key = document.next(key + 1)
    }
    return result
  }
}
