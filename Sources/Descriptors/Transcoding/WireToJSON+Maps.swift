extension WireToJSON {
  /// One key of a map with its last value.
  private struct Entry {
    let key: WireCursor.Payload
    let value: ArraySlice<Occurrence>
  }

  /// The entries of a map, as an object; of entries with one key the last counts.
  mutating func writeMap(
    _ type: MessageDescriptor, _ found: ArraySlice<Occurrence>, in wire: Span<UInt8>, depth: Int
  ) throws(TranscodingError) {
    let (keyField, valueField) = (type.fields[0], type.fields[1])
    var indexByKey: [String: Int] = [:]
    var entries: [Entry] = []
    for occurrence in found {
      let fields = try occurrences(of: type, Parts(occurrence.range), in: wire, depth: depth + 1)
      let entry = Entry(
        key: fields.last { $0.field === keyField }?.payload ?? keyField.kind.zero,
        value: fields[fields.partition(from: valueField)...])
      if try isDropped(entry, valueField) { continue }
      let key = try text(ofKey: entry.key, keyField, in: wire)
      if let index = indexByKey[key] {
        entries[index] = entry
      } else {
        indexByKey[key] = entries.count
        entries.append(entry)
      }
    }

    json.open(.object)
    for entry in entries {
      try checkSize()
      let key = try text(ofKey: entry.key, keyField, in: wire)
      json.key(key)
      do throws(TranscodingError) {
        try write(entry, valueField, in: wire, depth: depth)
      } catch {
        throw error.within(.key(key))
      }
    }
    json.close(.object)
  }

  private mutating func write(
    _ entry: Entry, _ field: FieldDescriptor, in wire: Span<UInt8>, depth: Int
  ) throws(TranscodingError) {
    if field.kind.isMessage {
      try write(
        try pool.message(of: field), Parts(merging: entry.value), in: wire, depth: depth + 2)
    } else {
      try write(field, entry.value.last?.payload ?? field.kind.zero, in: wire)
    }
  }

  private func isDropped(
    _ entry: Entry, _ field: FieldDescriptor
  ) throws(TranscodingError) -> Bool {
    guard field.kind == .enumeration, let value = entry.value.last else { return false }
    return try !pool.enumeration(of: field).accepts(value.bits)
  }

  private func text(
    ofKey key: WireCursor.Payload, _ field: FieldDescriptor, in wire: Span<UInt8>
  ) throws(TranscodingError) -> String {
    if case .bytes(let range) = key {
      let bytes = wire.extracting(range)
      do {
        return String(copying: try UTF8Span(validating: bytes))
      } catch {
        throw TranscodingError(.unrepresentable("a string that is not UTF-8"))
      }
    }
    // A number's text as a key is its text as a value, without quotes.
    var options = options
    options.int64AsNumbers = true
    var conversion = WireToJSON(pool: pool, options: options, limits: limits)
    try conversion.write(field, key, in: wire)
    return String(decoding: conversion.json.output, as: UTF8.self)
  }
}

extension [Occurrence] {
  /// Where the occurrences of a map entry's value begin.
  fileprivate func partition(from field: FieldDescriptor) -> Int {
    firstIndex { $0.field === field } ?? count
  }
}
