internal import Primitives

/// An account as execution sees it, from the first time that something looks at it.
struct AccountRecord {
  let address: Address
  var nonce: UInt64
  var balance: U256
  var codeHash: U256
  /// Nil until somebody asks.
  var code: Code?
  var slots = SlotTable()
  /// The transaction that the address is warm in.
  var accessedIn: UInt32 = 0
  /// The transaction that lists the account in ``WorldState/seen``.
  var seenIn: UInt32 = 0
  var exists: Bool
  /// Whether EIP-161 looks at it when the transaction ends.
  var isTouched = false
  /// Whether this transaction created it (EIP-6780).
  var isCreated = false
  /// Whether it goes when the transaction ends.
  var isDestroyed = false
  /// Whether what the database has of its storage is void.
  var isStorageWiped = false
  /// Whether it may differ from what the database has.
  var isChanged = false
}

/// A record's place, which stays as long as the state does.
@safe
struct AccountReference: Equatable {
  let pointer: UnsafeMutablePointer<AccountRecord>

  static func == (left: AccountReference, right: AccountReference) -> Bool {
    unsafe left.pointer == right.pointer
  }

  /// Whether EIP-161 takes the account for absent.
  var isEmpty: Bool {
    record.nonce == 0 && record.balance.isZero && record.codeHash == Account.emptyCodeWord
  }

  var record: AccountRecord {
    @inline(__always) unsafeAddress { unsafe UnsafePointer(pointer) }
    @inline(__always) nonmutating unsafeMutableAddress { unsafe pointer }
  }
}

/// The records by address: open addressing over pointers.
@safe
struct AccountTable: ~Copyable {
  private var places: UnsafeMutablePointer<UnsafeMutablePointer<AccountRecord>?>
  private var capacity = 64
  private var count = 0

  init() {
    unsafe places = .allocate(capacity: capacity)
    unsafe places.initialize(repeating: nil, count: capacity)
  }

  deinit {
    for index in 0..<capacity {
      guard let pointer = unsafe places[index] else { continue }
      unsafe pointer.pointee.slots.removeAll()
      unsafe pointer.deinitialize(count: 1)
      unsafe pointer.deallocate()
    }
    unsafe places.deallocate()
  }

  @inline(__always)
  func find(_ address: Address, _ seed: HashSeed) -> AccountReference? {
    let mask = capacity &- 1
    var index = seed.hash(address) & mask
    while let pointer = unsafe places[index] {
      if unsafe pointer.pointee.address == address {
        return unsafe AccountReference(pointer: pointer)
      }
      index = (index &+ 1) & mask
    }
    return nil
  }

  /// Adds an account that is not there yet.
  mutating func insert(_ record: AccountRecord, _ seed: HashSeed) -> AccountReference {
    if count >= capacity / 2 { grow(seed) }
    count += 1
    let pointer = UnsafeMutablePointer<AccountRecord>.allocate(capacity: 1)
    unsafe pointer.initialize(to: record)
    unsafe place(pointer, seed)
    return unsafe AccountReference(pointer: pointer)
  }

  private func place(_ pointer: UnsafeMutablePointer<AccountRecord>, _ seed: HashSeed) {
    let mask = capacity &- 1
    var index = unsafe seed.hash(pointer.pointee.address) & mask
    while unsafe places[index] != nil {
      index = (index &+ 1) & mask
    }
    unsafe places[index] = pointer
  }

  private mutating func grow(_ seed: HashSeed) {
    let (old, oldCapacity) = unsafe (places, capacity)
    capacity *= 2
    unsafe places = .allocate(capacity: capacity)
    unsafe places.initialize(repeating: nil, count: capacity)
    for index in 0..<oldCapacity {
      if let pointer = unsafe old[index] { unsafe place(pointer, seed) }
    }
    unsafe old.deallocate()
  }

  func forEach(_ body: (AccountReference) -> Void) {
    for index in 0..<capacity {
      if let pointer = unsafe places[index] { unsafe body(AccountReference(pointer: pointer)) }
    }
  }
}
