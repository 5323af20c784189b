public import EVM
public import Primitives

/// Notes the accounts that a transaction touches as they were before (geth's prestateTracer).
///
/// Execution looks at an account and at a slot before it changes them: what is there at the first look is
/// what was before.
public final class PrestateTracer: ExecutionTracer {
  public struct Options: Sendable {
    /// Also how things are afterwards, and nothing that stayed.
    public var isDiff = false
    public var hasCode = true
    public var hasStorage = true
    /// Also accounts that were not there.
    public var includesEmpty = false
    /// Accounts and slots, past which nothing more is kept.
    public var countMax = 1 << 17

    public init() {}
  }

  private let options: Options
  private let state: StateReader
  private var before: [Address: Prestate.AccountState] = [:]
  private var absent: Set<Address> = []
  private var count = 0
  public var isTruncated: Bool { count > options.countMax }

  public init(_ options: Options = Options(), state: StateReader) {
    self.options = options
    self.state = state
  }

  /// Looks at an account that the transaction names, before it runs.
  public func touch(_ address: Address) {
    guard before[address] == nil, hasRoom() else { return }
    let account = state.account(address)
    if account?.isEmpty ?? true { absent.insert(address) }
    before[address] = Prestate.AccountState(
      balance: account?.balance ?? .zero, nonce: account?.nonce ?? 0,
      code: options.hasCode ? state.code(address) : nil)
  }

  private func touch(_ address: Address, _ slot: U256) {
    touch(address)
    guard options.hasStorage, before[address]?.storage[slot] == nil, hasRoom() else { return }
    before[address]?.storage[slot] = state.storage(address, slot)
  }

  private func hasRoom() -> Bool {
    count += 1
    return count <= options.countMax
  }

  public func begin(_ call: TraceCall) { touch(call.to) }
  public func end(_ result: TraceResult) {}

  public func step(_ step: TraceStep) {
    switch step.opcode {
    case Instruction.sload, Instruction.sstore:
      if step.stackHeight >= 1 { touch(step.address, step.word(0)) }
    case Instruction.balance, Instruction.extcodesize, Instruction.extcodecopy,
      Instruction.extcodehash, Instruction.selfdestruct:
      if step.stackHeight >= 1 { touch(Address(truncating: step.word(0))) }
    case Instruction.call, Instruction.callcode, Instruction.delegatecall, Instruction.staticcall:
      if step.stackHeight >= 2 { touch(Address(truncating: step.word(1))) }
    default: break
    }
  }

  /// What was touched; asked for when the transaction is over.
  public func result() -> Prestate {
    guard options.isDiff else {
      return Prestate(
        before: before.filter { options.includesEmpty || !absent.contains($0.key) }, after: nil)
    }
    var changed = Prestate(before: [:], after: [:])
    for (address, first) in before { diff(address, first, into: &changed) }
    return changed
  }

  /// Keeps of an account what the transaction changed.
  private func diff(
    _ address: Address, _ first: Prestate.AccountState, into changed: inout Prestate
  ) {
    var first = first
    let isShown = options.includesEmpty || !absent.contains(address)
    guard let now = state.account(address) else {
      // Gone: it appears only as it was.
      first.storage = first.storage.filter { !$0.value.isZero }
      if isShown { changed.before[address] = first }
      return
    }
    var last = Prestate.AccountState()
    if now.balance != first.balance { last.balance = now.balance }
    if now.nonce != first.nonce { last.nonce = now.nonce }
    if options.hasCode {
      let code = state.code(address)
      if code != first.code { last.code = code }
    }
    for (slot, value) in first.storage {
      let current = state.storage(address, slot)
      if current == value || value.isZero { first.storage[slot] = nil }
      if current != value && !current.isZero { last.storage[slot] = current }
      if current != value { last.hasChangedStorage = true }
    }
    guard !last.isEmpty else { return }
    if isShown { changed.before[address] = first }
    changed.after?[address] = last
  }
}
