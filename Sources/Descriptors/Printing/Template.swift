extension DescriptorPool {
  /// An example of a message in JSON: every field with its default, a oneof with its first member,
  /// lists and maps with one element.
  ///
  /// A message that holds itself ends in `null` or an empty list where it would begin again.
  public func template(of type: String) throws(TranscodingError) -> String {
    guard let message = message(named: type) else { throw TranscodingError(.unknownType(type)) }
    var template = Template(pool: self)
    try template.write(message)
    return String(decoding: template.json.output, as: UTF8.self)
  }
}

/// Writes the example of one message.
struct Template {
  let pool: DescriptorPool
  private(set) var json = JSONWriter(pretty: true)
  /// The messages that are being written, outermost first.
  private var open: [Int] = []

  init(pool: DescriptorPool) {
    self.pool = pool
  }

  mutating func write(_ type: MessageDescriptor) throws(TranscodingError) {
    if let wellKnown = type.wellKnown { return write(wellKnown) }
    guard json.output.count <= Self.sizeMax else {
      throw TranscodingError(.limitExceeded(limit: "the size of a template", max: Self.sizeMax))
    }
    open.append(type.slot)
    json.open(.object)
    var oneofs: Set<Int> = []
    for field in type.fields {
      if let oneof = field.oneof, !oneofs.insert(oneof).inserted { continue }
      json.key(field.jsonName)
      try write(field)
    }
    json.close(.object)
    open.removeLast()
  }

  private mutating func write(_ field: FieldDescriptor) throws(TranscodingError) {
    guard field.kind.isMessage else {
      return field.isRepeated ? try writeList(field, nil) : try writeScalar(field)
    }
    let type = try pool.message(of: field)
    if type.isMapEntry { return try writeMap(type) }
    if field.isRepeated { return try writeList(field, type) }
    if isTooDeep(type) { json.token("null") } else { try write(type) }
  }

  private mutating func writeList(
    _ field: FieldDescriptor, _ type: MessageDescriptor?
  ) throws(TranscodingError) {
    json.open(.array)
    if let type {
      if !isTooDeep(type) {
        json.separate()
        try write(type)
      }
    } else {
      json.separate()
      try writeScalar(field)
    }
    json.close(.array)
  }

  private mutating func writeMap(_ entry: MessageDescriptor) throws(TranscodingError) {
    let value = entry.fields[1]
    json.open(.object)
    let type = value.kind.isMessage ? try pool.message(of: value) : nil
    if !(type.map(isTooDeep) ?? false) {
      json.key(entry.fields[0].kind.exampleKey)
      if let type { try write(type) } else { try writeScalar(value) }
    }
    json.close(.object)
  }

  private func isTooDeep(_ type: MessageDescriptor) -> Bool {
    type.wellKnown == nil && (open.contains(type.slot) || open.count >= Self.depthMax)
  }

  private mutating func writeScalar(_ field: FieldDescriptor) throws(TranscodingError) {
    switch field.kind {
    case .string, .bytes: json.quoted("")
    case .bool: json.token("false")
    case .int64, .uint64, .sint64, .fixed64, .sfixed64: json.quoted("0")
    case .enumeration:
      let type = try pool.enumeration(of: field)
      if type.isNullValue { json.token("null") } else { json.string(type.values[0].name) }
    case .double, .float, .int32, .uint32, .sint32, .fixed32, .sfixed32: json.token("0")
    case .message, .group: break
    }
  }

  private mutating func write(_ wellKnown: WellKnownType) {
    switch wellKnown {
    case .timestamp: json.quoted("1970-01-01T00:00:00Z")
    case .duration: json.quoted("0s")
    case .fieldMask: json.quoted("")
    case .value: json.token("null")
    case .listValue: json.token("[]")
    case .structure: json.token("{}")
    case .any: writeAny()
    case .wrapper(let kind):
      switch kind {
      case .bool: json.token("false")
      case .string, .bytes: json.quoted("")
      case .int64, .uint64: json.quoted("0")
      default: json.token("0")
      }
    }
  }

  private mutating func writeAny() {
    json.open(.object)
    // Only a known type can be read back.
    if pool.message(named: "google.protobuf.Empty") != nil {
      json.key("@type")
      json.quoted("type.googleapis.com/google.protobuf.Empty")
    }
    json.close(.object)
  }

  // Types may hold one another in exponentially many ways without ever being recursive.
  private static let sizeMax = 1 << 20
  private static let depthMax = 8
}

extension FieldKind {
  fileprivate var exampleKey: String {
    switch self {
    case .string: "key"
    case .bool: "false"
    default: "0"
    }
  }
}
