internal import EVM
internal import Primitives

/// Collects the addresses and slots that execution touches.
final class AccessListTracer: ExecutionTracer {
  private let excluded: Set<Address>
  private var slots: [Address: Set<U256>] = [:]

  init(leavingOut excluded: Set<Address>, start: [Transaction.AccessListEntry]) {
    self.excluded = excluded
    for entry in start { slots[entry.address, default: []].formUnion(entry.slots) }
  }

  /// In ascending order.
  var list: [Transaction.AccessListEntry] {
    slots.sorted { $0.key < $1.key }.map { address, slots in
      Transaction.AccessListEntry(address: address, slots: slots.sorted())
    }
  }

  func step(_ step: TraceStep) {
    switch step.opcode {
    case 0x54, 0x55:
      if let slot = step.stack.last { slots[step.address, default: []].insert(slot) }
    case 0x31, 0x3B, 0x3C, 0x3F, 0xFF:
      if let word = step.stack.last { touch(word) }
    case 0xF1, 0xF2, 0xF4, 0xFA:
      let stack = step.stack
      if stack.count >= 2 { touch(stack[stack.count - 2]) }
    default: break
    }
  }

  private func touch(_ word: U256) {
    let address = Address(truncating: word)
    if !excluded.contains(address), slots[address] == nil { slots[address] = [] }
  }

  func begin(_ call: TraceCall) {}
  func end(_ result: TraceResult) {}
}
