/// A text as tokens.
public struct Encoding: Hashable, Sendable {
  /// Numbers in the vocabulary.
  public private(set) var ids: [UInt32] = []
  /// 0 for what belongs to the first text, 1 for the second, as the model's template says.
  public private(set) var typeIDs: [UInt32] = []
  /// True for tokens that the template added.
  public private(set) var specialMask: [Bool] = []

  init() {}

  init(ids: [UInt32]) {
    append(ids, type: 0, areSpecial: false)
  }

  mutating func append(_ ids: [UInt32], type: UInt32, areSpecial: Bool) {
    self.ids.append(contentsOf: ids)
    typeIDs.append(contentsOf: repeatElement(type, count: ids.count))
    specialMask.append(contentsOf: repeatElement(areSpecial, count: ids.count))
  }

  mutating func append(_ other: Encoding, type: UInt32) {
    ids.append(contentsOf: other.ids)
    typeIDs.append(contentsOf: repeatElement(type, count: other.ids.count))
    specialMask.append(contentsOf: other.specialMask)
  }
}
