internal import EVM
internal import JSONTree
internal import Primitives
internal import Tracers

/// Traces as geth writes them.
extension JSON {
  init(_ log: StructLog) {
    var json: JSON = [
      "pc": .number("\(log.pc)"), "op": .string(log.name), "gas": .number("\(log.gas)"),
      "gasCost": .number("\(log.gasCost)"), "depth": .number("\(log.depth)"),
    ]
    if let failure = log.failure { json.append("error", .string(failure)) }
    if let stack = log.stack { json.append("stack", .array(stack.map { .quantity($0) })) }
    if let data = log.returnData, !data.isEmpty { json.append("returnData", .bytes(data)) }
    if let memory = log.memory, !memory.isEmpty {
      let words = stride(from: 0, to: memory.count, by: 32).map { start in
        JSON.bytes(Array(memory[start..<min(start + 32, memory.count)]))
      }
      json.append("memory", .array(words))
    }
    if let storage = log.storage { json.append("storage", Self.slots(storage)) }
    if log.refund > 0 { json.append("refund", .number("\(log.refund)")) }
    self = json
  }

  private static func slots(_ slots: [U256: U256]) -> JSON {
    .object(
      slots.sorted { $0.key < $1.key }.map { slot, value in
        Member(Hex.encode(slot.bytes, prefix: true), .word(value))
      })
  }

  init(_ frame: CallFrame) {
    var json: JSON = [
      "from": .address(frame.from), "gas": .quantity(UInt64(clamping: frame.gas)),
      "gasUsed": .quantity(UInt64(clamping: frame.gasUsed)),
    ]
    if let to = frame.to { json.append("to", .address(to)) }
    json.append("input", .bytes(frame.input))
    if !frame.output.isEmpty { json.append("output", .bytes(frame.output)) }
    if let failure = frame.failure { json.append("error", .string(failure)) }
    if let reason = frame.revertReason { json.append("revertReason", .string(reason)) }
    if !frame.calls.isEmpty { json.append("calls", .array(frame.calls.map { JSON($0) })) }
    if !frame.logs.isEmpty {
      json.append(
        "logs",
        .array(
          frame.logs.map { log in
            [
              "address": .address(log.address),
              "topics": .array(log.topics.map { .digest($0) }), "data": .bytes(log.data),
              "index": .quantity(log.index), "position": .quantity(log.position),
            ]
          }))
    }
    if let value = frame.value { json.append("value", .quantity(value)) }
    json.append("type", .string(frame.kind))
    self = json
  }

  init(_ prestate: Prestate) {
    let before = Self.accounts(prestate.before, isBefore: true)
    guard let after = prestate.after else {
      self = before
      return
    }
    self = ["post": Self.accounts(after, isBefore: false), "pre": before]
  }

  private static func accounts(
    _ accounts: [Address: Prestate.AccountState], isBefore: Bool
  ) -> JSON {
    .object(
      accounts.sorted { $0.key < $1.key }.map { address, state in
        var json: JSON = [:]
        if let balance = state.balance { json.append("balance", .quantity(balance)) }
        if let code = state.code, !code.isEmpty || !isBefore { json.append("code", .bytes(code)) }
        if let nonce = state.nonce, nonce > 0 || !isBefore {
          json.append("nonce", .number("\(nonce)"))
        }
        if !state.storage.isEmpty { json.append("storage", slots(state.storage)) }
        return Member(Hex.encode(address.bytes, prefix: true), json)
      })
  }
}
