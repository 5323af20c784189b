public import Primitives

/// The state during execution: a cache over the database, with a journal to take back what a frame did.
///
/// It lives as long as a block or longer; ``endTransaction(fork:)`` settles one transaction in it.
public final class WorldState {
  // One executor uses a state at a time, and none of its methods calls back into it: the checks of
  // exclusive access would find nothing, at each access to storage.

  let database: any StateDatabase
  let codes: CodeCache
  /// Code that transactions of this state deployed, which the database does not have.
  private var deployed: [U256: Code] = [:]
  @exclusivity(unchecked) private var accounts = AccountTable()
  let seed = HashSeed()

  @exclusivity(unchecked) private var journal: [Change] = []
  private(set) var logs: [Log] = []
  /// Gas to give back, before the cap.
  var refund: Int64 = 0
  /// Counts from 1, so that 0 is never warm.
  @exclusivity(unchecked) private var transaction: UInt32 = 1
  /// The accounts that the transaction looked at.
  @exclusivity(unchecked) private var seen: [AccountReference] = []
  private var transient: [TransientKey: U256] = [:]
  private var frames: UInt32 = 0
  /// Why the database could not answer, once it did not.
  public private(set) var failure: StateFailure?

  struct TransientKey: Hashable {
    let address: Address
    let slot: U256
  }

  /// One step back.
  private enum Change {
    case accessed(AccountReference)
    case accessedSlot(AccountReference, U256)
    case storage(AccountReference, slot: U256, previous: U256)
    case transient(TransientKey, previous: U256)
    case balance(AccountReference, previous: U256)
    case nonce(AccountReference, previous: UInt64)
    case code(AccountReference, previous: U256)
    case existence(AccountReference)
    case touched(AccountReference)
    case created(AccountReference)
    case destroyed(AccountReference)
  }

  public init(_ database: any StateDatabase, codes: CodeCache = CodeCache()) {
    self.database = database
    self.codes = codes
  }

  // MARK: Loading

  /// The record of an address; makes it neither warm nor existing.
  @inline(__always)
  func account(_ address: Address) -> AccountReference {
    let account = unsafe accounts.find(address, seed) ?? load(address)
    if unsafe account.record.seenIn != transaction {
      account.record.seenIn = unsafe transaction
      unsafe seen.append(account)
    }
    return account
  }

  @inline(never)
  private func load(_ address: Address) -> AccountReference {
    let found = attempt { () throws(StateFailure) in try database.account(at: address) } ?? nil
    let account = found ?? Account()
    return unsafe accounts.insert(
      AccountRecord(
        address: address, nonce: account.nonce, balance: account.balance,
        codeHash: account.codeHash.word, exists: found != nil), seed)
  }

  private func attempt<Value>(_ body: () throws(StateFailure) -> Value) -> Value? {
    do {
      return try body()
    } catch {
      if failure == nil { failure = error }
      return nil
    }
  }

  func code(of account: AccountReference) -> Code {
    if let code = account.record.code { return code }
    let hash = account.record.codeHash
    let code = loadCode(hash)
    account.record.code = code
    return code
  }

  private func loadCode(_ hash: U256) -> Code {
    if hash == Account.emptyCodeWord { return .empty }
    if let code = deployed[hash] ?? codes.code(of: hash) { return code }
    let digest = Digest(hash)
    let bytes = attempt { () throws(StateFailure) in try database.code(of: digest) } ?? []
    let code = Code.of(bytes, hash: hash)
    codes.insert(code)
    return code
  }

  func blockHash(_ number: UInt64) -> U256 {
    let found =
      attempt { () throws(StateFailure) in try database.blockHash(ofNumber: number) } ?? nil
    return found?.word ?? .zero
  }

  // MARK: Access lists (EIP-2929)

  /// Makes an address warm; true when it was cold.
  @inline(__always)
  func access(_ account: AccountReference) -> Bool {
    if unsafe account.record.accessedIn == transaction { return false }
    account.record.accessedIn = unsafe transaction
    unsafe journal.append(.accessed(account))
    return true
  }

  /// A slot, warm from now on, and whether it was cold.
  @inline(__always)
  func access(_ account: AccountReference, _ key: U256) -> (SlotReference, wasCold: Bool) {
    if let found = account.record.slots.find(key, seed) {
      if unsafe found.slot.accessedIn == transaction { return (found, false) }
      found.slot.original = found.slot.current
      found.slot.accessedIn = unsafe transaction
      unsafe journal.append(.accessedSlot(account, key))
      return (found, true)
    }
    return (loadSlot(account, key), true)
  }

  @inline(never)
  private func loadSlot(_ account: AccountReference, _ key: U256) -> SlotReference {
    var value = U256.zero
    if !account.record.isStorageWiped && account.record.exists {
      let address = account.record.address
      value =
        attempt { () throws(StateFailure) in try database.storage(of: address, at: key) } ?? .zero
    }
    unsafe journal.append(.accessedSlot(account, key))
    return unsafe account.record.slots.insert(
      Slot(
        key: key, current: value, original: value, loaded: value, accessedIn: transaction,
        journaledIn: 0, isUsed: true), seed)
  }

  // MARK: Changing

  /// Writes a slot that ``access(_:_:)`` gave, on behalf of a frame.
  @inline(__always)
  func write(
    _ account: AccountReference, _ slot: SlotReference, _ value: U256, frame: UInt32
  ) {
    if slot.slot.journaledIn != frame {
      slot.slot.journaledIn = frame
      unsafe journal.append(.storage(account, slot: slot.slot.key, previous: slot.slot.current))
      account.record.isChanged = true
    }
    slot.slot.current = value
  }

  func transientValue(_ address: Address, _ slot: U256) -> U256 {
    transient[TransientKey(address: address, slot: slot)] ?? .zero
  }

  func setTransient(_ address: Address, _ slot: U256, _ value: U256) {
    let key = TransientKey(address: address, slot: slot)
    let previous = transient.updateValue(value, forKey: key) ?? .zero
    unsafe journal.append(.transient(key, previous: previous))
  }

  func setBalance(_ account: AccountReference, _ balance: U256) {
    unsafe journal.append(.balance(account, previous: account.record.balance))
    account.record.balance = balance
    makeExist(account)
    touch(account)
  }

  /// Adds wei; more than 256 bits of them do not exist.
  func add(_ amount: U256, to account: AccountReference) {
    setBalance(account, account.record.balance &+ amount)
  }

  func subtract(_ amount: U256, from account: AccountReference) {
    setBalance(account, account.record.balance &- amount)
  }

  func setNonce(_ account: AccountReference, _ nonce: UInt64) {
    unsafe journal.append(.nonce(account, previous: account.record.nonce))
    account.record.nonce = nonce
    makeExist(account)
    touch(account)
  }

  func setCode(_ account: AccountReference, _ code: Code) {
    unsafe journal.append(.code(account, previous: account.record.codeHash))
    account.record.codeHash = code.hash
    account.record.code = code
    deployed[code.hash] = code
    makeExist(account)
    touch(account)
  }

  /// Marks an account for EIP-161's look at the end.
  func touch(_ account: AccountReference) {
    account.record.isChanged = true
    guard !account.record.isTouched else { return }
    account.record.isTouched = true
    unsafe journal.append(.touched(account))
  }

  /// Makes an account exist that did not, empty as it may be.
  func makeExist(_ account: AccountReference) {
    guard !account.record.exists else { return }
    account.record.exists = true
    account.record.isChanged = true
    unsafe journal.append(.existence(account))
  }

  /// Marks what this transaction creates.
  func markCreated(_ account: AccountReference) {
    guard !account.record.isCreated else { return }
    account.record.isCreated = true
    unsafe journal.append(.created(account))
  }

  /// Marks an account to go when the transaction ends; false when it was marked.
  func markDestroyed(_ account: AccountReference) -> Bool {
    guard !account.record.isDestroyed else { return false }
    account.record.isDestroyed = true
    account.record.isChanged = true
    unsafe journal.append(.destroyed(account))
    return true
  }

  func append(_ log: Log) {
    logs.append(log)
  }

  /// Whether a creation would overwrite something (EIP-684, EIP-7610).
  func isOccupied(_ account: AccountReference) -> Bool {
    if account.record.nonce != 0 || account.record.codeHash != Account.emptyCodeWord { return true }
    if account.record.isStorageWiped || !account.record.exists { return false }
    let address = account.record.address
    return attempt { () throws(StateFailure) in try database.hasStorage(address) } ?? true
  }

  /// A number for a frame, which no other frame of this state has.
  func nextFrame() -> UInt32 {
    frames &+= 1
    return frames
  }

  // MARK: Taking back

  struct Checkpoint {
    fileprivate let changes: Int
    fileprivate let logs: Int
    fileprivate let refund: Int64
  }

  func checkpoint() -> Checkpoint {
    unsafe Checkpoint(changes: journal.count, logs: logs.count, refund: refund)
  }

  func revert(to checkpoint: Checkpoint) {
    while unsafe journal.count > checkpoint.changes {
      unsafe undo(journal.removeLast())
    }
    if logs.count > checkpoint.logs { logs.removeLast(logs.count - checkpoint.logs) }
    refund = checkpoint.refund
  }

  private func undo(_ change: Change) {
    switch change {
    case .accessed(let account): account.record.accessedIn = 0
    case .accessedSlot(let account, let key):
      account.record.slots.find(key, seed)?.slot.accessedIn = 0
    case .storage(let account, let key, let previous):
      if let found = account.record.slots.find(key, seed) {
        found.slot.current = previous
        found.slot.journaledIn = 0
      }
    case .transient(let key, let previous): transient[key] = previous
    case .balance(let account, let previous): account.record.balance = previous
    case .nonce(let account, let previous): account.record.nonce = previous
    case .code(let account, let previous):
      account.record.codeHash = previous
      account.record.code = nil
    case .existence(let account): account.record.exists = false
    case .touched(let account):
      // The precompiled contract at 3 stays touched: a consensus bug of 2016 that became the rule.
      if account.record.address != Address(number: 3) { account.record.isTouched = false }
    case .created(let account): account.record.isCreated = false
    case .destroyed(let account): account.record.isDestroyed = false
    }
  }

  // MARK: Looking

  /// The account as it is now; looking leaves no trace in execution.
  public func currentAccount(_ address: Address) -> Account? {
    let record = account(address).record
    guard record.exists else { return nil }
    return Account(
      nonce: record.nonce, balance: record.balance, codeHash: Digest(record.codeHash))
  }

  public func currentCode(_ address: Address) -> [UInt8] {
    code(of: account(address)).bytes
  }

  public func currentStorage(_ address: Address, _ slot: U256) -> U256 {
    let account = account(address)
    if let found = account.record.slots.find(slot, seed) { return found.slot.current }
    guard !account.record.isStorageWiped, account.record.exists else { return .zero }
    return attempt { () throws(StateFailure) in
      try database.storage(of: address, at: slot)
    } ?? .zero
  }

  // MARK: Between transactions

  /// Settles what the transaction did, and returns its logs. Nothing before can be taken back.
  func endTransaction(fork: Fork) -> [Log] {
    for account in unsafe seen {
      if account.record.isDestroyed {
        remove(account)
      } else if fork >= .spuriousDragon && account.record.isTouched && account.record.exists
        && account.isEmpty
      {
        remove(account)
      }
      account.record.isTouched = false
      account.record.isCreated = false
      account.record.isDestroyed = false
    }
    unsafe seen.removeAll(keepingCapacity: true)
    unsafe journal.removeAll(keepingCapacity: true)
    transient.removeAll(keepingCapacity: true)
    refund = 0
    unsafe transaction &+= 1
    defer { logs = [] }
    return logs
  }

  private func remove(_ account: AccountReference) {
    account.record.exists = false
    account.record.nonce = 0
    account.record.balance = .zero
    account.record.codeHash = Account.emptyCodeWord
    account.record.code = nil
    account.record.slots.removeAll()
    account.record.isStorageWiped = true
    account.record.isChanged = true
  }

  /// What all transactions did, against the database.
  public func changes() -> StateChanges {
    var changes = StateChanges()
    unsafe accounts.forEach { account in
      let record = account.record
      guard record.isChanged else { return }
      var slots: [(slot: U256, value: U256)] = []
      record.slots.forEach { slot in
        if slot.current != slot.loaded { slots.append((slot.key, slot.current)) }
      }
      changes.accounts.append(
        StateChanges.Change(
          address: record.address,
          account: record.exists
            ? Account(
              nonce: record.nonce, balance: record.balance, codeHash: Digest(record.codeHash))
            : nil,
          wipesStorage: record.isStorageWiped, slots: slots))
    }
    for (hash, code) in deployed { changes.codes.append((Digest(hash), code.bytes)) }
    return changes
  }
}
