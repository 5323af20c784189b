/// Where a message lies in the bytes: in one range, or in several that are merged.
///
/// The wire format lets a field of message type occur more than once; its value is then what all
/// the pieces, one after the other, would be.
struct Parts {
  private let first: Range<Int>
  private var rest: [Range<Int>] = []

  init(_ first: Range<Int>) {
    self.first = first
  }

  /// The merged content of several occurrences; an empty message for none.
  init(merging occurrences: ArraySlice<Occurrence>) {
    first = occurrences.first?.range ?? 0..<0
    rest = occurrences.dropFirst().map(\.range)
  }

  var count: Int { rest.count + 1 }

  subscript(index: Int) -> Range<Int> {
    index == 0 ? first : rest[index - 1]
  }
}

/// One appearance of a field on the wire.
struct Occurrence {
  let field: FieldDescriptor
  let payload: WireCursor.Payload

  /// The content of a length-delimited field or group.
  var range: Range<Int> {
    guard case .bytes(let range) = payload else { return 0..<0 }
    return range
  }

  /// The bits of a number; zero for anything else.
  var bits: UInt64 {
    guard case .bits(let bits) = payload else { return 0 }
    return bits
  }
}
