extension WireToJSON {
  mutating func write(
    _ wellKnown: WellKnownType, _ type: MessageDescriptor, _ found: [Occurrence],
    in wire: Span<UInt8>, depth: Int
  ) throws(TranscodingError) {
    switch wellKnown {
    case .any: try writeAny(found, in: wire, depth: depth)
    case .timestamp:
      let (seconds, nanos) = parts(found)
      try write(
        Timestamp(seconds: seconds, nanos: nanos).text,
        "a timestamp of \(seconds) seconds and \(nanos) nanoseconds")
    case .duration:
      let (seconds, nanos) = parts(found)
      try write(
        SignedDuration(seconds: seconds, nanos: nanos).text,
        "a duration of \(seconds) seconds and \(nanos) nanoseconds")
    case .fieldMask: try writeFieldMask(found, in: wire)
    case .structure:
      try writeMap(pool.mapEntry(of: type.fields[0]), found[...], in: wire, depth: depth)
    case .listValue: try writeArray(type.fields[0], found[...], in: wire, depth: depth)
    case .value: try writeValue(found, in: wire, depth: depth)
    case .wrapper(let kind):
      try write(type.fields[0], found.last?.payload ?? kind.zero, in: wire)
    }
  }

  private mutating func write(
    _ text: String?, _ what: @autoclosure () -> String
  ) throws(TranscodingError) {
    guard let text else { throw TranscodingError(.unrepresentable(what())) }
    json.quoted(text)
  }

  private func parts(_ found: [Occurrence]) -> (seconds: Int64, nanos: Int32) {
    let seconds = found.last { $0.field.number == 1 }?.bits ?? 0
    let nanos = found.last { $0.field.number == 2 }?.bits ?? 0
    return (Int64(bitPattern: seconds), Int32(truncatingIfNeeded: nanos))
  }

  private mutating func writeFieldMask(
    _ found: [Occurrence], in wire: Span<UInt8>
  ) throws(TranscodingError) {
    var paths: [String] = []
    for occurrence in found {
      let path = try string(occurrence, in: wire)
      guard let camelCase = path.camelCasePath else {
        throw TranscodingError(.unrepresentable("the field mask's path \"\(path)\""))
      }
      paths.append(camelCase)
    }
    json.quoted(paths.joined(separator: ","))
  }

  private mutating func writeValue(
    _ found: [Occurrence], in wire: Span<UInt8>, depth: Int
  ) throws(TranscodingError) {
    guard let last = found.last else {
      throw TranscodingError(.unrepresentable("a google.protobuf.Value without a kind"))
    }
    if last.field.kind.isMessage {
      return try write(
        try pool.message(of: last.field), Parts(merging: found[...]), in: wire, depth: depth + 1)
    }
    if last.field.kind == .double, !Double(bitPattern: last.bits).isFinite {
      throw TranscodingError(.unrepresentable("a google.protobuf.Value that is not finite"))
    }
    try write(last.field, last.payload, in: wire)
  }

  private mutating func writeAny(
    _ found: [Occurrence], in wire: Span<UInt8>, depth: Int
  ) throws(TranscodingError) {
    json.open(.object)
    defer { json.close(.object) }
    let url = try found.last { $0.field.number == 1 }.map { (url) throws(TranscodingError) in
      try string(url, in: wire)
    }
    let value = found.last { $0.field.number == 2 }?.range ?? 0..<0
    guard let url, !url.isEmpty else {
      guard value.isEmpty else {
        throw TranscodingError(.unrepresentable("a google.protobuf.Any without a type"))
      }
      return
    }
    let type = try pool.message(url: url)
    json.key("@type")
    json.string(url)
    if type.wellKnown == nil {
      let fields = try occurrences(of: type, Parts(value), in: wire, depth: depth + 1)
      try writeMembers(of: type, fields, in: wire, depth: depth + 1)
    } else {
      json.key("value")
      try write(type, Parts(value), in: wire, depth: depth + 1)
    }
  }

  private func string(
    _ occurrence: Occurrence, in wire: Span<UInt8>
  ) throws(TranscodingError) -> String {
    let bytes = wire.extracting(occurrence.range)
    do {
      return String(copying: try UTF8Span(validating: bytes))
    } catch {
      throw TranscodingError(.unrepresentable("a string that is not UTF-8"))
    }
  }
}
