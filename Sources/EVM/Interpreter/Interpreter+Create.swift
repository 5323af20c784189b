internal import Primitives

extension Interpreter {
  /// CREATE and CREATE2: charges for it and opens a frame for the initcode, or answers at once.
  func create(_ caller: FrameReference, _ opcode: Opcode) {
    if caller.frame.isStatic { return fail(caller, .staticViolation) }
    let isSalted = opcode == .create2
    var stack = caller.frame.stack
    stack.drop(isSalted ? 4 : 3)
    caller.frame.stack = stack
    let extra = isSalted ? 1 : 0
    let (value, salt) = (stack[2 + extra], stack[0])
    guard let range = Self.range(stack[1 + extra], stack[extra]) else {
      return fail(caller, .outOfGas)
    }
    if block.fork >= .shanghai && range.count > Schedule.initcodeSizeMax {
      return fail(caller, .initcodeTooLarge)
    }
    let wordPrice =
      (block.fork >= .shanghai ? Schedule.initcodeWord : 0)
      + (isSalted ? Schedule.keccakWord : 0)
    guard
      Self.reach(
        range.end, caller.frame.memory, &caller.frame.memorySize, &caller.frame.gas),
      Self.charge(wordPrice, words: range.count, &caller.frame.gas)
    else { return fail(caller, .outOfGas) }

    setReturnData(.empty)
    caller.frame.pc.advance(1)
    let creator = caller.frame.account
    let nonce = creator.record.nonce
    guard depth <= Self.depthMax, creator.record.balance >= value, nonce < .max else {
      caller.frame.stack.push(.zero)
      return
    }
    let left = caller.frame.gas
    let gas = block.fork >= .tangerineWhistle ? left - left / 64 : left
    caller.frame.gas = left - gas
    state.setNonce(creator, nonce + 1)

    let initcode = caller.frame.memory.range(at: range.start, range.count)
    let sender = caller.frame.address
    let address =
      isSalted
      ? Address.ofCreation(
        by: sender, salt: salt, codeHash: caller.frame.memory.keccak(at: range.start, range.count))
      : Address.ofCreation(by: sender, nonce: nonce)
    let account = state.account(address)
    if schedule.hasAccessLists { _ = state.access(account) }
    if tracer != nil {
      traceBegin(
        isSalted ? .create2 : .create, from: sender, to: address, value: value, gas: gas,
        input: initcode)
    }
    if state.isOccupied(account) {
      caller.frame.stack.push(.zero)
      if tracer != nil { traceEnd(.halted(.addressCollision), gasLeft: 0) }
      return
    }
    let checkpoint = state.checkpoint()
    begin(account, value, from: creator)
    push(
      Message(
        code: Code(initcode, hash: .zero), input: .empty, account: account, caller: sender,
        value: value,
        gas: gas, isCreation: true, checkpoint: checkpoint))
  }

  /// Makes the account that a creation fills.
  func begin(_ account: AccountReference, _ value: U256, from creator: AccountReference) {
    state.makeExist(account)
    state.markCreated(account)
    state.touch(account)
    if block.fork >= .spuriousDragon { state.setNonce(account, 1) }
    if !value.isZero { transfer(value, from: creator, to: account) }
  }
}
