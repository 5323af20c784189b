internal import Primitives

extension Interpreter {
  /// What looking at an account costs; makes it warm.
  @inline(__always)
  func accessCost(_ account: AccountReference, _ before: Int64) -> Int64 {
    guard schedule.hasAccessLists else { return before }
    return access(account) ? Schedule.coldAccount : Schedule.warm
  }

  /// Makes an account warm; true when it was cold, which precompiled contracts never are.
  @inline(__always)
  func access(_ account: AccountReference) -> Bool {
    state.access(account)
      && block.usualPrecompile(at: account.record.address) == nil
  }

  // What the loop seldom needs stays out of it, so that it keeps its registers.

  @inline(never)
  func balance(_ word: U256) -> (U256, cost: Int64) {
    let account = state.account(Address(truncating: word))
    let cost = accessCost(account, schedule.balanceRead)
    return (account.record.balance, cost)
  }

  @inline(never)
  func codeSize(_ word: U256) -> (U256, cost: Int64) {
    let account = state.account(Address(truncating: word))
    let cost = accessCost(account, schedule.codeRead)
    return (U256(UInt64(state.code(of: account).count)), cost)
  }

  @inline(never)
  func codeHash(_ word: U256) -> (U256, cost: Int64) {
    let account = state.account(Address(truncating: word))
    let cost = accessCost(account, schedule.codeHashRead)
    return (account.record.exists && !account.isEmpty ? account.record.codeHash : .zero, cost)
  }

  /// EXTCODECOPY of what lies at `place`; returns what gas is left, negative when it is not enough, and
  /// the memory's size.
  @inline(never)
  func copyCode(
    _ place: StackPlace, _ memory: MemoryPlace, _ size: Int, _ available: Int64
  ) -> (gas: Int64, memorySize: Int) {
    var (gas, memorySize) = (available, size)
    let account = state.account(Address(truncating: place[3]))
    gas &-= accessCost(account, schedule.codeRead)
    guard gas >= 0 else { return (gas, memorySize) }
    let code = state.code(of: account)
    return withExtendedLifetime(code) {
      let source = unsafe ByteRange(pointer: UnsafeRawPointer(code.base), count: code.count)
      let fits = Self.copy(
        source, from: place[1], to: place[2], place[0], memory, &memorySize, &gas)
      return (fits ? gas : -1, memorySize)
    }
  }

  @inline(never)
  func load(_ account: AccountReference, _ key: U256) -> (U256, cost: Int64) {
    let (found, wasCold) = state.access(account, key)
    let cost =
      !schedule.hasAccessLists
      ? schedule.storageRead : wasCold ? Schedule.coldSlot : Schedule.warm
    return (found.slot.current, cost)
  }

  /// SSTORE; returns what gas is left, negative when it is not enough.
  @inline(never)
  func store(
    _ account: AccountReference, _ key: U256, _ value: U256, gas: Int64, frame: UInt32
  ) -> Int64 {
    if case .netWithSentry = schedule.storageRules, gas <= Schedule.storageSentry { return -1 }
    let (found, wasCold) = state.access(account, key)
    let (original, current) = (found.slot.original, found.slot.current)
    let cost: Int64
    switch schedule.storageRules {
    case .plain:
      cost = current.isZero && !value.isZero ? 20_000 : 5000
      if !current.isZero && value.isZero { state.refund &+= schedule.clearRefund }
    case .net(let dirty):
      cost = netCost(original, current, value, dirty: dirty, set: 20_000, reset: 5000)
    case .netWithSentry where schedule.hasAccessLists:
      cost =
        netCost(original, current, value, dirty: Schedule.warm, set: 20_000, reset: 2900)
        &+ (wasCold ? Schedule.coldSlot : 0)
    case .netWithSentry:
      cost = netCost(original, current, value, dirty: 800, set: 20_000, reset: 5000)
    }
    guard cost <= gas else { return -1 }
    if value != current { state.write(account, found, value, frame: frame) }
    return gas &- cost
  }

  /// Gas by what the slot held when the transaction started (EIP-1283, EIP-2200); counts refunds.
  @inline(__always)
  private func netCost(
    _ original: U256, _ current: U256, _ value: U256, dirty: Int64, set: Int64, reset: Int64
  ) -> Int64 {
    if value == current { return dirty }
    if original == current {
      if original.isZero { return set }
      if value.isZero { state.refund &+= schedule.clearRefund }
      return reset
    }
    if !original.isZero {
      if current.isZero {
        state.refund &-= schedule.clearRefund
      } else if value.isZero {
        state.refund &+= schedule.clearRefund
      }
    }
    if value == original {
      state.refund &+= (original.isZero ? set : reset) &- dirty
    }
    return dirty
  }

  func blockHash(_ number: U256) -> U256 {
    guard number.fitsInOneLimb, number.w0 < block.number, block.number - number.w0 <= 256 else {
      return .zero
    }
    return state.blockHash(number.w0)
  }

  func blobHash(_ index: U256) -> U256 {
    guard index.fitsInOneLimb, index.w0 < UInt64(transaction.blobHashes.count) else {
      return .zero
    }
    return transaction.blobHashes[Int(index.w0)].word
  }

  /// The topics lie below `place`, the first one on top.
  func log(_ address: Address, _ data: [UInt8], _ place: StackPlace, _ count: Int) {
    let topics = (0..<count).map { Digest(place[count - 1 - $0]) }
    state.append(Log(address: address, topics: topics, data: data))
  }

  /// SELFDESTRUCT; returns what it costs. Does nothing when that is more than `gas`.
  func selfDestruct(_ account: AccountReference, _ address: Address, gas: Int64) -> Int64 {
    let fork = block.fork
    let heir = state.account(address)
    var cost = schedule.selfDestruct
    if schedule.hasAccessLists && access(heir) { cost += Schedule.coldAccount }
    let balance = account.record.balance
    let makesAccount =
      fork >= .spuriousDragon
      ? !balance.isZero && isDead(heir) : fork >= .tangerineWhistle && !heir.record.exists
    if makesAccount { cost += Schedule.newAccount }
    guard cost <= gas else { return cost }

    let goes = fork < .cancun || account.record.isCreated
    if heir != account {
      state.subtract(balance, from: account)
      state.add(balance, to: heir)
    } else if goes {
      // What it leaves to itself is gone with it.
      state.setBalance(account, .zero)
    }
    if goes && state.markDestroyed(account) { state.refund += schedule.selfDestructRefund }
    return cost
  }

  /// Whether sending value there makes an account.
  func isDead(_ account: AccountReference) -> Bool {
    block.fork >= .spuriousDragon
      ? !account.record.exists || account.isEmpty : !account.record.exists
  }
}
