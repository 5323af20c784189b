internal import Primitives

/// A storage slot as execution sees it.
struct Slot {
  let key: U256
  var current: U256
  /// At the start of the transaction `accessedIn`.
  var original: U256
  /// In the database; what `current` is compared with in the end.
  let loaded: U256
  /// The transaction that the slot is warm in.
  var accessedIn: UInt32
  /// The frame that has `current` in the journal already.
  var journaledIn: UInt32
  var isUsed: Bool
}

/// A slot's place. Valid until a slot is added to the table.
@safe
struct SlotReference {
  let pointer: UnsafeMutablePointer<Slot>

  var slot: Slot {
    @inline(__always) unsafeAddress { unsafe UnsafePointer(pointer) }
    @inline(__always) nonmutating unsafeMutableAddress { unsafe pointer }
  }
}

/// The slots of one account: open addressing with linear probing, so that an access is one probe and a
/// slot one piece of memory.
@safe
struct SlotTable {
  private static let firstCapacity = 8

  private var slots: UnsafeMutablePointer<Slot>?
  /// A power of two, or zero.
  private var capacity = 0
  private(set) var count = 0

  init() {}

  /// The slot, or nil when it has not been loaded.
  @inline(__always)
  func find(_ key: U256, _ seed: HashSeed) -> SlotReference? {
    guard let slots = unsafe slots else { return nil }
    let mask = capacity &- 1
    var index = seed.hash(key) & mask
    while unsafe slots[index].isUsed {
      if unsafe slots[index].key == key {
        return unsafe SlotReference(pointer: slots + index)
      }
      index = (index &+ 1) & mask
    }
    return nil
  }

  /// Adds a slot that is not there yet.
  mutating func insert(_ slot: Slot, _ seed: HashSeed) -> SlotReference {
    if count >= capacity / 2 { grow(seed) }
    count += 1
    return place(slot, seed)
  }

  private func place(_ slot: Slot, _ seed: HashSeed) -> SlotReference {
    guard let slots = unsafe slots else { preconditionFailure("a table that grew has slots") }
    let mask = capacity &- 1
    var index = seed.hash(slot.key) & mask
    while unsafe slots[index].isUsed {
      index = (index &+ 1) & mask
    }
    unsafe slots[index] = slot
    return unsafe SlotReference(pointer: slots + index)
  }

  private mutating func grow(_ seed: HashSeed) {
    let (old, oldCapacity) = unsafe (slots, capacity)
    capacity = max(Self.firstCapacity, capacity * 2)
    let grown = UnsafeMutablePointer<Slot>.allocate(capacity: capacity)
    unsafe grown.initialize(
      repeating: Slot(
        key: .zero, current: .zero, original: .zero, loaded: .zero, accessedIn: 0, journaledIn: 0,
        isUsed: false),
      count: capacity)
    unsafe slots = grown
    guard let old = unsafe old else { return }
    for index in 0..<oldCapacity where unsafe old[index].isUsed {
      _ = unsafe place(old[index], seed)
    }
    unsafe old.deallocate()
  }

  mutating func removeAll() {
    unsafe slots?.deallocate()
    unsafe slots = nil
    capacity = 0
    count = 0
  }

  func forEach(_ body: (Slot) -> Void) {
    guard let slots = unsafe slots else { return }
    for index in 0..<capacity where unsafe slots[index].isUsed {
      unsafe body(slots[index])
    }
  }
}
