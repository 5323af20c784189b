/// A message type: its fields by number, by JSON name and by original name.
public final class MessageDescriptor: Sendable {
  public let fullName: String
  /// The file that declares the message.
  public let file: String
  /// The fields in the order of their numbers.
  public let fields: [FieldDescriptor]
  public let oneofs: [String]
  public let isMapEntry: Bool
  public let extensionRanges: [Range<Int>]

  let slot: Int
  let wellKnown: WellKnownType?
  private let indexByName: [String: Int]

  init(
    fullName: String, file: String, fields: [FieldDescriptor], indexByName: [String: Int],
    oneofs: [String], isMapEntry: Bool, extensionRanges: [Range<Int>], slot: Int
  ) {
    self.fullName = fullName
    self.file = file
    self.fields = fields
    self.indexByName = indexByName
    self.oneofs = oneofs
    self.isMapEntry = isMapEntry
    self.extensionRanges = extensionRanges
    self.slot = slot
    self.wellKnown = WellKnownType(fullName: fullName, fields: fields)
  }

  /// The field that `name` means in JSON: its JSON name or its original one.
  public func field(named name: String) -> FieldDescriptor? {
    indexByName[name].map { fields[$0] }
  }

  public func field(number: Int) -> FieldDescriptor? {
    // Most messages number their fields 1, 2, 3, …
    if number >= 1, number <= fields.count, fields[number - 1].number == number {
      return fields[number - 1]
    }
    var low = 0
    var high = fields.count
    while low < high {
      let middle = (low + high) / 2
      if fields[middle].number < number { low = middle + 1 } else { high = middle }
    }
    return low < fields.count && fields[low].number == number ? fields[low] : nil
  }

  func mayExtend(_ number: Int) -> Bool {
    extensionRanges.contains { $0.contains(number) }
  }
}
