internal import Precompiles
internal import Primitives

/// What a call instruction found on the stack.
private struct CallArguments {
  let gas: U256
  let target: Address
  let value: U256
  let inputOffset: U256
  let inputSize: U256
  let outputOffset: U256
  let outputSize: U256
}

extension Interpreter {
  private enum Kind {
    case call, callCode, delegateCall, staticCall

    init(_ opcode: Opcode) {
      switch opcode {
      case .callcode: self = .callCode
      case .delegatecall: self = .delegateCall
      case .staticcall: self = .staticCall
      default: self = .call
      }
    }

    var traced: TraceCall.Kind {
      switch self {
      case .call: .call
      case .callCode: .callCode
      case .delegateCall: .delegateCall
      case .staticCall: .staticCall
      }
    }

    var takesValue: Bool { self == .call || self == .callCode }
  }

  /// One of the four call instructions: charges for it and opens a frame, or answers at once.
  func call(_ caller: FrameReference, _ opcode: Opcode) {
    let kind = Kind(opcode)
    let arguments = pop(caller, kind)
    if caller.frame.isStatic && kind == .call && !arguments.value.isZero {
      return fail(caller, .staticViolation)
    }
    guard let input = Self.range(arguments.inputOffset, arguments.inputSize),
      let output = Self.range(arguments.outputOffset, arguments.outputSize),
      Self.reach(
        max(input.end, output.end), caller.frame.memory, &caller.frame.memorySize,
        &caller.frame.gas)
    else { return fail(caller, .outOfGas) }

    let target = state.account(arguments.target)
    guard let (forwarded, code) = charge(caller, kind, arguments, target) else {
      return fail(caller, .outOfGas)
    }
    setReturnData(.empty)
    caller.frame.pc.advance(1)
    let data = caller.frame.memory.range(at: input.start, input.count)
    if tracer != nil {
      let isDelegate = kind == .delegateCall
      traceBegin(
        kind.traced, from: caller.frame.address, to: arguments.target,
        value: isDelegate ? caller.frame.value : arguments.value, gas: forwarded, input: data)
    }

    let sendsValue = kind.takesValue && !arguments.value.isZero
    if depth > Self.depthMax
      || (sendsValue && caller.frame.account.record.balance < arguments.value)
    {
      caller.frame.gas += forwarded
      caller.frame.stack.push(.zero)
      if tracer != nil { traceEnd(.halted(.callRefused), gasLeft: forwarded) }
      return
    }
    enter(
      caller, kind, arguments, target, code, gas: forwarded, input: data, output: output)
  }

  private func pop(_ frame: FrameReference, _ kind: Kind) -> CallArguments {
    var stack = frame.frame.stack
    let extra = kind.takesValue ? 1 : 0
    stack.drop(6 + extra)
    frame.frame.stack = stack
    return CallArguments(
      gas: stack[5 + extra], target: Address(truncating: stack[4 + extra]),
      value: kind.takesValue ? stack[4] : .zero, inputOffset: stack[3], inputSize: stack[2],
      outputOffset: stack[1], outputSize: stack[0])
  }

  /// Takes what the call costs; returns the gas that the callee gets and the code that it runs, or
  /// nil when there is not enough.
  private func charge(
    _ caller: FrameReference, _ kind: Kind, _ arguments: CallArguments,
    _ target: AccountReference
  ) -> (gas: Int64, code: Code)? {
    var cost = accessCost(target, schedule.call)
    let sendsValue = kind.takesValue && !arguments.value.isZero
    if sendsValue { cost += Schedule.callValue }
    if kind == .call {
      let makesAccount =
        block.fork >= .spuriousDragon
        ? sendsValue && isDead(target) : !target.record.exists
      if makesAccount { cost += Schedule.newAccount }
    }
    guard cost <= caller.frame.gas else { return nil }

    var code = state.code(of: target)
    if block.fork >= .prague, let delegate = code.delegate {
      let account = state.account(delegate)
      cost += access(account) ? Schedule.coldAccount : Schedule.warm
      code = delegatedCode(account)
    }
    let left = caller.frame.gas - cost
    guard left >= 0 else { return nil }

    let wanted = Int64(clamping: arguments.gas.clamped)
    var forwarded = wanted
    if block.fork >= .tangerineWhistle {
      forwarded = min(wanted, left - left / 64)
    } else if wanted > left {
      return nil
    }
    caller.frame.gas = left - forwarded
    return (sendsValue ? forwarded + Schedule.stipend : forwarded, code)
  }

  /// The code at the end of a delegation. One that leads to a precompiled contract, or to another
  /// delegation, runs as it stands (EIP-7702).
  func delegatedCode(_ account: AccountReference) -> Code {
    if block.precompile(at: account.record.address) != nil { return .empty }
    return state.code(of: account)
  }

  private func enter(
    _ caller: FrameReference, _ kind: Kind, _ arguments: CallArguments,
    _ target: AccountReference, _ code: Code, gas: Int64, input: ByteRange, output: MemoryRange
  ) {
    let checkpoint = state.checkpoint()
    if kind == .call {
      transfer(arguments.value, from: caller.frame.account, to: target)
    } else if kind == .staticCall {
      transfer(.zero, from: caller.frame.account, to: target)
    }

    if let number = block.precompile(at: arguments.target) {
      let outcome = PrecompiledContracts.run(number, input, gas, block.fork)
      finish(caller, outcome, gas: gas, checkpoint: checkpoint, output: output)
      return
    }
    if code.count == 0 {
      caller.frame.gas += gas
      caller.frame.stack.push(.one)
      if tracer != nil { traceEnd(.success, gasLeft: gas) }
      return
    }
    var message = Message(
      code: code, input: input, account: target, caller: caller.frame.address,
      value: arguments.value, gas: gas, isStatic: caller.frame.isStatic || kind == .staticCall,
      checkpoint: checkpoint, outputOffset: output.start, outputSize: output.count)
    switch kind {
    case .call, .staticCall: break
    case .callCode: message.account = caller.frame.account
    case .delegateCall:
      message.account = caller.frame.account
      message.caller = caller.frame.caller
      message.value = caller.frame.value
    }
    push(message)
  }

  private func finish(
    _ caller: FrameReference, _ outcome: PrecompileOutcome, gas: Int64,
    checkpoint: WorldState.Checkpoint, output: MemoryRange
  ) {
    switch outcome {
    case .success(let used, let bytes):
      caller.frame.gas += gas - used
      setReturnData(bytes)
      copyOutput(to: caller, output.start, output.count)
      caller.frame.stack.push(.one)
      if tracer != nil { traceEnd(.success, gasLeft: gas - used) }
    case .failure:
      state.revert(to: checkpoint)
      caller.frame.stack.push(.zero)
      if tracer != nil { traceEnd(.halted(.precompileFailed), gasLeft: 0) }
    }
  }

  /// Moves wei. A transfer of none touches the receiver, which before EIP-161 made it exist.
  func transfer(_ value: U256, from sender: AccountReference, to receiver: AccountReference) {
    guard value.isZero else {
      state.subtract(value, from: sender)
      state.add(value, to: receiver)
      return
    }
    if block.fork < .spuriousDragon { state.makeExist(receiver) }
    state.touch(receiver)
  }

  /// Ends a frame from outside its loop.
  func fail(_ frame: FrameReference, _ halt: Halt) {
    frame.frame.pendingHalt = halt
  }
}
