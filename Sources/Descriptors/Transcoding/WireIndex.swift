/// Finds the fields of a message on the wire and puts them in the order of their numbers.
struct WireIndex {
  let pool: DescriptorPool
  let depthMax: Int

  /// The known fields in the parts of a message, sorted by number.
  ///
  /// Members of a oneof that a later one replaced are left out.
  func occurrences(
    of type: MessageDescriptor, _ parts: Parts, in wire: Span<UInt8>
  ) throws(TranscodingError) -> [Occurrence] {
    var result: [Occurrence] = []
    var isSorted = true
    for index in 0..<parts.count {
      var cursor = WireCursor(parts[index])
      while !cursor.isAtEnd {
        let tag = try cursor.tag(in: wire)
        let payload = try cursor.payload(of: tag, in: wire, depthMax: depthMax)
        guard let field = field(tag.number, of: type), try accepts(payload, tag, field, type)
        else { continue }
        if let last = result.last, last.field.number > field.number { isSorted = false }
        result.append(Occurrence(field: field, payload: payload))
      }
    }
    if !type.oneofs.isEmpty { dropReplacedMembers(&result) }
    return isSorted ? result : sorted(result)
  }

  private func field(_ number: Int, of type: MessageDescriptor) -> FieldDescriptor? {
    if let field = type.field(number: number) { return field }
    return type.mayExtend(number) ? pool.extensionsBySlot[type.slot]?[number] : nil
  }

  private func accepts(
    _ payload: WireCursor.Payload, _ tag: WireCursor.Tag, _ field: FieldDescriptor,
    _ type: MessageDescriptor
  ) throws(TranscodingError) -> Bool {
    guard tag.wireType == field.kind.wireType else {
      return tag.wireType == .lengthDelimited && field.isRepeated && field.kind.isPackable
    }
    // A number that a closed enum does not know is an unknown field. A map's entry is dropped as
    // a whole, so that its value stays until then.
    guard field.kind == .enumeration, !type.isMapEntry, case .bits(let bits) = payload else {
      return true
    }
    return try pool.enumeration(of: field).accepts(bits)
  }

  /// Of a oneof only the last member counts, and of that one only what came after the others.
  private func dropReplacedMembers(_ occurrences: inout [Occurrence]) {
    var lastMembers: [Int: (number: Int, isComplete: Bool)] = [:]
    var kept: [Occurrence] = []
    for occurrence in occurrences.reversed() {
      if let oneof = occurrence.field.oneof {
        let number = occurrence.field.number
        let last = lastMembers[oneof] ?? (number, false)
        let belongs = last.number == number && !last.isComplete
        lastMembers[oneof] = (last.number, !belongs)
        guard belongs else { continue }
      }
      kept.append(occurrence)
    }
    if kept.count < occurrences.count { occurrences = kept.reversed() }
  }

  private func sorted(_ occurrences: [Occurrence]) -> [Occurrence] {
    occurrences.enumerated()
      .sorted { ($0.element.field.number, $0.offset) < ($1.element.field.number, $1.offset) }
      .map(\.element)
  }
}

extension EnumDescriptor {
  func accepts(_ bits: UInt64) -> Bool {
    !isClosed || name(of: Int32(truncatingIfNeeded: bits)) != nil
  }
}
