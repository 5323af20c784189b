/// The conversion of one message from the wire to JSON.
struct WireToJSON {
  let pool: DescriptorPool
  let options: Transcoder.Options
  let limits: Transcoder.Limits
  var json: JSONWriter

  init(pool: DescriptorPool, options: Transcoder.Options, limits: Transcoder.Limits) {
    self.pool = pool
    self.options = options
    self.limits = limits
    json = JSONWriter(pretty: options.pretty)
  }

  mutating func write(
    _ type: MessageDescriptor, _ parts: Parts, in wire: Span<UInt8>, depth: Int
  ) throws(TranscodingError) {
    let found = try occurrences(of: type, parts, in: wire, depth: depth)
    if let wellKnown = type.wellKnown {
      return try write(wellKnown, type, found, in: wire, depth: depth)
    }
    json.open(.object)
    try writeMembers(of: type, found, in: wire, depth: depth)
    json.close(.object)
  }

  /// The fields of a message as members of an object that is already open.
  mutating func writeMembers(
    of type: MessageDescriptor, _ found: [Occurrence], in wire: Span<UInt8>, depth: Int
  ) throws(TranscodingError) {
    var defaults = options.emitDefaults ? type.fields[...] : []
    var start = 0
    while start < found.count {
      let field = found[start].field
      var end = start + 1
      while end < found.count, found[end].field === field { end += 1 }
      while let next = defaults.first, next.number <= field.number {
        defaults.removeFirst()
        if next !== field { try writeDefault(next, in: wire, depth: depth) }
      }
      do throws(TranscodingError) {
        try write(field, found[start..<end], in: wire, depth: depth)
      } catch {
        throw error.within(.field(field.name))
      }
      start = end
    }
    for field in defaults { try writeDefault(field, in: wire, depth: depth) }
  }

  func occurrences(
    of type: MessageDescriptor, _ parts: Parts, in wire: Span<UInt8>, depth: Int
  ) throws(TranscodingError) -> [Occurrence] {
    guard depth <= limits.depthMax else {
      throw TranscodingError(
        .limitExceeded(limit: "the depth of a message", max: limits.depthMax))
    }
    return try WireIndex(pool: pool, depthMax: limits.depthMax)
      .occurrences(of: type, parts, in: wire)
  }

  func checkSize() throws(TranscodingError) {
    guard json.output.count <= limits.outputSizeMax else {
      throw TranscodingError(
        .limitExceeded(limit: "the size of the output", max: limits.outputSizeMax))
    }
  }
}

// MARK: - Fields

extension WireToJSON {
  private mutating func write(
    _ field: FieldDescriptor, _ found: ArraySlice<Occurrence>, in wire: Span<UInt8>, depth: Int
  ) throws(TranscodingError) {
    try checkSize()
    guard field.isRepeated else {
      return try writeSingular(field, found, in: wire, depth: depth)
    }
    if field.kind == .message {
      let type = try pool.message(of: field)
      if type.isMapEntry {
        json.key(key(of: field))
        return try writeMap(type, found, in: wire, depth: depth)
      }
    }
    // Packed runs that are empty leave no element behind.
    guard options.emitDefaults || found.contains(where: \.hasElements) else { return }
    json.key(key(of: field))
    try writeArray(field, found, in: wire, depth: depth)
  }

  private mutating func writeSingular(
    _ field: FieldDescriptor, _ found: ArraySlice<Occurrence>, in wire: Span<UInt8>, depth: Int
  ) throws(TranscodingError) {
    if field.kind.isMessage {
      json.key(key(of: field))
      return try write(
        try pool.message(of: field), Parts(merging: found), in: wire, depth: depth + 1)
    }
    guard let last = found.last else { return }
    guard field.hasPresence || options.emitDefaults || !last.isDefault else { return }
    json.key(key(of: field))
    try write(field, last.payload, in: wire)
  }

  private mutating func writeDefault(
    _ field: FieldDescriptor, in wire: Span<UInt8>, depth: Int
  ) throws(TranscodingError) {
    guard !field.hasPresence else { return }
    try checkSize()
    json.key(key(of: field))
    if field.isRepeated {
      let isMap = field.kind == .message ? try pool.message(of: field).isMapEntry : false
      json.open(isMap ? .object : .array)
      json.close(isMap ? .object : .array)
    } else {
      try write(field, field.kind.zero, in: wire)
    }
  }

  /// The elements of a repeated field, as an array.
  mutating func writeArray(
    _ field: FieldDescriptor, _ found: ArraySlice<Occurrence>, in wire: Span<UInt8>, depth: Int
  ) throws(TranscodingError) {
    json.open(.array)
    var index = 0
    do throws(TranscodingError) {
      for occurrence in found {
        if field.kind.isMessage {
          json.separate()
          try checkSize()
          try write(
            try pool.message(of: field), Parts(occurrence.range), in: wire, depth: depth + 1)
          index += 1
        } else if field.kind.isPackable, case .bytes(let run) = occurrence.payload {
          try writeRun(field, run, in: wire, index: &index)
        } else {
          json.separate()
          try checkSize()
          try write(field, occurrence.payload, in: wire)
          index += 1
        }
      }
    } catch {
      throw error.within(.index(index))
    }
    json.close(.array)
  }

  private mutating func writeRun(
    _ field: FieldDescriptor, _ run: Range<Int>, in wire: Span<UInt8>, index: inout Int
  ) throws(TranscodingError) {
    let type = field.kind == .enumeration ? try pool.enumeration(of: field) : nil
    var cursor = WireCursor(run)
    while !cursor.isAtEnd {
      let bits = try cursor.packed(field.kind.wireType, in: wire)
      if let type, !type.accepts(bits) { continue }
      json.separate()
      try checkSize()
      try write(field, .bits(bits), in: wire)
      index += 1
    }
  }

  private func key(of field: FieldDescriptor) -> String {
    options.originalNames && !field.isExtension ? field.name : field.jsonName
  }
}

extension Occurrence {
  /// Whether a field without presence would not be written with this value.
  var isDefault: Bool {
    switch payload {
    case .bits(let bits): bits == 0
    case .bytes(let range): range.isEmpty
    }
  }

  fileprivate var hasElements: Bool {
    field.kind.isPackable ? !isEmptyRun : true
  }

  private var isEmptyRun: Bool {
    guard case .bytes(let range) = payload else { return false }
    return range.isEmpty
  }
}

extension FieldKind {
  /// The default of a scalar.
  var zero: WireCursor.Payload {
    wireType == .lengthDelimited ? .bytes(0..<0) : .bits(0)
  }
}
