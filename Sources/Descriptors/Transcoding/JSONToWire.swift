/// The conversion of one message from JSON to the wire.
struct JSONToWire {
  let pool: DescriptorPool
  let options: Transcoder.Options
  let limits: Transcoder.Limits
  let document: JSONDocument
  var output: [UInt8] = []

  private struct Member {
    let field: FieldDescriptor
    let node: Int
  }

  init(
    pool: DescriptorPool, options: Transcoder.Options, limits: Transcoder.Limits,
    document: JSONDocument
  ) {
    self.pool = pool
    self.options = options
    self.limits = limits
    self.document = document
  }

  mutating func write(
    _ type: MessageDescriptor, at node: Int, in json: Span<UInt8>, depth: Int
  ) throws(TranscodingError) {
    guard depth <= limits.depthMax else {
      throw TranscodingError(
        .limitExceeded(limit: "the depth of a message", max: limits.depthMax))
    }
    if let wellKnown = type.wellKnown {
      return try write(wellKnown, type, at: node, in: json, depth: depth)
    }
    guard document.kind(node) == .object else {
      throw mismatch(node, "an object (\(type.fullName))", in: json)
    }
    try writeFields(of: type, at: node, in: json, depth: depth)
  }

  /// The members of an object as fields; a key that starts with `@` is none in an `Any`.
  mutating func writeFields(
    of type: MessageDescriptor, at object: Int, in json: Span<UInt8>, depth: Int,
    isAny: Bool = false
  ) throws(TranscodingError) {
    var members: [Member] = []
    var node = object + 1
    while node < document.next(object) {
      let name = text(node, in: json)
      if let field = field(named: name, of: type) {
        members.append(Member(field: field, node: node + 1))
      } else if !options.ignoreUnknown, !(isAny && name == "@type") {
        throw TranscodingError(.unknownField(name, type: type.fullName))
      }
      node = document.next(node + 1)
    }
    members.sort { $0.field.number < $1.field.number }
    try check(members, of: type)
    for member in members {
      do throws(TranscodingError) {
        try write(member.field, at: member.node, in: json, depth: depth)
      } catch {
        throw error.within(.field(member.field.name))
      }
    }
  }

  private func field(named name: String, of type: MessageDescriptor) -> FieldDescriptor? {
    if let field = type.field(named: name) { return field }
    guard name.utf8.first == 0x5B, name.utf8.last == 0x5D,
      let field = pool.extensionField(named: String(name.dropFirst().dropLast())),
      pool.extensionsBySlot[type.slot]?[field.number] === field, type.mayExtend(field.number)
    else { return nil }
    return field
  }

  private func check(
    _ members: [Member], of type: MessageDescriptor
  ) throws(TranscodingError) {
    for (member, next) in zip(members, members.dropFirst()) where member.field === next.field {
      throw TranscodingError(.duplicateField(member.field.name))
    }
    guard !type.oneofs.isEmpty else { return }
    var oneofs: Set<Int> = []
    for member in members where try isSet(member) {
      guard let oneof = member.field.oneof else { continue }
      guard oneofs.insert(oneof).inserted else {
        throw TranscodingError(.oneofConflict(type.oneofs[oneof]))
      }
    }
  }

  private func isSet(_ member: Member) throws(TranscodingError) -> Bool {
    if document.kind(member.node) != .null { return true }
    return try takesNull(member.field)
  }
}

// MARK: - Fields

extension JSONToWire {
  /// Whether `null` is a value of the field and not its absence.
  private func takesNull(_ field: FieldDescriptor) throws(TranscodingError) -> Bool {
    switch field.kind {
    case .message: try pool.message(of: field).wellKnown == .value
    case .enumeration: try pool.enumeration(of: field).isNullValue
    default: false
    }
  }

  private mutating func write(
    _ field: FieldDescriptor, at node: Int, in json: Span<UInt8>, depth: Int
  ) throws(TranscodingError) {
    if document.kind(node) == .null {
      guard !field.isRepeated, try takesNull(field) else { return }
    }
    guard field.isRepeated else {
      return try writeElement(field, at: node, in: json, depth: depth)
    }
    if field.kind == .message {
      let type = try pool.message(of: field)
      if type.isMapEntry {
        return try writeMap(field, type, at: node, in: json, depth: depth)
      }
    }
    try writeArray(field, at: node, in: json, depth: depth)
  }

  /// The elements of an array, packed where the field says so.
  mutating func writeArray(
    _ field: FieldDescriptor, at array: Int, in json: Span<UInt8>, depth: Int
  ) throws(TranscodingError) {
    guard document.kind(array) == .array else { throw mismatch(array, "an array", in: json) }
    guard document.next(array) > array + 1 else { return }
    let tagStart = output.count
    var start: Int?
    if field.isPacked {
      output.appendTag(field.number, .lengthDelimited)
      start = output.beginDelimited()
    }
    var index = 0
    var node = array + 1
    while node < document.next(array) {
      do throws(TranscodingError) {
        if document.kind(node) == .null, try !takesNull(field) {
          throw mismatch(node, "an element", in: json)
        }
        if field.isPacked {
          try writePacked(field, at: node, in: json)
        } else {
          try writeElement(field, at: node, in: json, depth: depth)
        }
      } catch {
        throw error.within(.index(index))
      }
      index += 1
      node = document.next(node)
    }
    guard let start else { return }
    // Unknown enum names may have left nothing to pack.
    if output.count == start {
      output.removeSubrange(tagStart...)
    } else {
      output.endDelimited(start)
    }
  }

  /// One value with its tag.
  mutating func writeElement(
    _ field: FieldDescriptor, at node: Int, in json: Span<UInt8>, depth: Int
  ) throws(TranscodingError) {
    switch field.kind {
    case .message:
      let type = try pool.message(of: field)
      output.appendTag(field.number, .lengthDelimited)
      let start = output.beginDelimited()
      try write(type, at: node, in: json, depth: depth + 1)
      output.endDelimited(start)
      try checkSize()
    case .group:
      let type = try pool.message(of: field)
      output.appendTag(field.number, .startGroup)
      try write(type, at: node, in: json, depth: depth + 1)
      output.appendTag(field.number, .endGroup)
    case .string, .bytes:
      let bytes = try bytes(field.kind, at: node, in: json)
      guard field.isRepeated || field.hasPresence || !bytes.isEmpty else { return }
      output.appendTag(field.number, .lengthDelimited)
      output.appendDelimited(bytes)
    default:
      guard let bits = try bits(field, at: node, in: json) else { return }
      guard field.isRepeated || field.hasPresence || bits != 0 else { return }
      output.appendTag(field.number, field.kind.wireType)
      output.append(bits, field.kind.wireType)
    }
  }

  private mutating func writePacked(
    _ field: FieldDescriptor, at node: Int, in json: Span<UInt8>
  ) throws(TranscodingError) {
    guard let bits = try bits(field, at: node, in: json) else { return }
    output.append(bits, field.kind.wireType)
  }

  mutating func writeMap(
    _ field: FieldDescriptor, _ type: MessageDescriptor, at object: Int, in json: Span<UInt8>,
    depth: Int
  ) throws(TranscodingError) {
    guard document.kind(object) == .object else {
      throw mismatch(object, "an object (a map)", in: json)
    }
    var keys: Set<MapKey> = []
    var node = object + 1
    while node < document.next(object) {
      do throws(TranscodingError) {
        let key = try mapKey(type.fields[0], at: node, in: json)
        guard keys.insert(key).inserted else {
          throw TranscodingError(.duplicateField(text(node, in: json)))
        }
        try writeEntry(field, type, key, value: node + 1, in: json, depth: depth)
      } catch {
        throw error.within(.key(text(node, in: json)))
      }
      node = document.next(node + 1)
    }
  }

  private mutating func writeEntry(
    _ field: FieldDescriptor, _ type: MessageDescriptor, _ key: MapKey, value node: Int,
    in json: Span<UInt8>, depth: Int
  ) throws(TranscodingError) {
    let (keyField, valueField) = (type.fields[0], type.fields[1])
    if document.kind(node) == .null, try !takesNull(valueField) {
      throw mismatch(node, "a map's value", in: json)
    }
    guard depth < limits.depthMax else {
      throw TranscodingError(
        .limitExceeded(limit: "the depth of a message", max: limits.depthMax))
    }
    let entryStart = output.count
    output.appendTag(field.number, .lengthDelimited)
    let start = output.beginDelimited()
    output.appendTag(keyField.number, keyField.kind.wireType)
    switch key {
    case .text(let bytes): output.appendDelimited(bytes)
    case .bits(let bits): output.append(bits, keyField.kind.wireType)
    }
    // An entry always carries both of its fields.
    switch valueField.kind {
    case .message:
      try writeElement(valueField, at: node, in: json, depth: depth + 1)
    case .string, .bytes:
      output.appendTag(valueField.number, .lengthDelimited)
      output.appendDelimited(try bytes(valueField.kind, at: node, in: json))
    default:
      guard let bits = try bits(valueField, at: node, in: json) else {
        output.removeSubrange(entryStart...)
        return
      }
      output.appendTag(valueField.number, valueField.kind.wireType)
      output.append(bits, valueField.kind.wireType)
    }
    output.endDelimited(start)
    try checkSize()
  }

  func checkSize() throws(TranscodingError) {
    guard output.count <= limits.outputSizeMax else {
      throw TranscodingError(
        .limitExceeded(limit: "the size of the output", max: limits.outputSizeMax))
    }
  }
}

extension [UInt8] {
  fileprivate mutating func append(_ bits: UInt64, _ wireType: WireType) {
    switch wireType {
    case .fixed32: appendFixed(bits, byteCount: 4)
    case .fixed64: appendFixed(bits, byteCount: 8)
    case .varint, .lengthDelimited, .startGroup, .endGroup: appendVarint(bits)
    }
  }
}
