internal import Primitives

extension Interpreter {
  /// Runs a frame until it ends, calls or creates.
  ///
  /// Everything that instructions touch is in locals. The check before each of them, from the fork's
  /// table, takes the constant gas and finds a stack that is too low or too high; one comparison does
  /// both. Cases name every opcode by itself: a range would split the jump table.
  func run<Mode: LoopMode>(_ reference: FrameReference, _ mode: Mode.Type) -> Exit {
    let entries = unsafe table.entries
    let code = unsafe reference.frame.code._withUnsafeGuaranteedRef { code in
      unsafe (base: CodePlace(pointer: code.base), count: code.count, jumps: code.jumpMap)
    }
    let memory = reference.frame.memory
    let base = reference.frame.stackBase
    var pc = reference.frame.pc
    var sp = reference.frame.stack
    var gas = reference.frame.gas
    var memorySize = reference.frame.memorySize
    var exit = Exit.stopped

    loop: while true {
      let opcode = Opcode(byte: pc[0])
      if Mode.isTraced {
        reference.frame.stack = sp
        reference.frame.gas = gas
        reference.frame.memorySize = memorySize
        unsafe trace(reference, opcode, pc: pc.offset(from: code.base))
      }
      let entry = unsafe entries[Int(opcode.rawValue)]
      gas &-= Int64(entry.gas)
      if gas < 0 {
        exit = .halted(.outOfGas)
        break loop
      }
      let height = sp.height(above: base)
      if height &- UInt(entry.need) > UInt(entry.span) {
        exit = .halted(Self.stackFault(opcode, entry, height))
        break loop
      }

      switch opcode {
      case .stop:
        exit = .stopped
        break loop
      case .add:
        sp.drop(1)
        sp[-1] = sp[0] &+ sp[-1]
      case .mul:
        sp.drop(1)
        sp[-1] = sp[0] &* sp[-1]
      case .sub:
        sp.drop(1)
        sp[-1] = sp[0] &- sp[-1]
      case .div:
        sp.drop(1)
        sp[-1] = sp[0] / sp[-1]
      case .sdiv:
        sp.drop(1)
        sp[-1] = sp[0].dividedSigned(by: sp[-1])
      case .mod:
        sp.drop(1)
        sp[-1] = sp[0] % sp[-1]
      case .smod:
        sp.drop(1)
        sp[-1] = sp[0].remainderSigned(dividingBy: sp[-1])
      case .addmod:
        sp.drop(2)
        sp[-1] = sp[1].adding(sp[0], modulo: sp[-1])
      case .mulmod:
        sp.drop(2)
        sp[-1] = sp[1].multiplied(by: sp[0], modulo: sp[-1])
      case .exp:
        sp.drop(1)
        gas &-= schedule.exponentByte &* Int64(sp[-1].byteWidth)
        if gas < 0 {
          exit = .halted(.outOfGas)
          break loop
        }
        sp[-1] = sp[0].power(sp[-1])
      case .signextend:
        sp.drop(1)
        sp[-1] = sp[-1].signExtended(fromByte: sp[0])

      case .lt:
        sp.drop(1)
        sp[-1] = U256(sp[0] < sp[-1])
      case .gt:
        sp.drop(1)
        sp[-1] = U256(sp[-1] < sp[0])
      case .slt:
        sp.drop(1)
        sp[-1] = U256(sp[0].isLessSigned(than: sp[-1]))
      case .sgt:
        sp.drop(1)
        sp[-1] = U256(sp[-1].isLessSigned(than: sp[0]))
      case .eq:
        sp.drop(1)
        sp[-1] = U256(sp[0] == sp[-1])
      case .iszero:
        sp[-1] = U256(sp[-1].isZero)
      case .and:
        sp.drop(1)
        sp[-1] = sp[0] & sp[-1]
      case .or:
        sp.drop(1)
        sp[-1] = sp[0] | sp[-1]
      case .xor:
        sp.drop(1)
        sp[-1] = sp[0] ^ sp[-1]
      case .not:
        sp[-1] = ~sp[-1]
      case .byte:
        sp.drop(1)
        sp[-1] = sp[-1].byte(at: sp[0])
      case .shl:
        sp.drop(1)
        sp[-1] = sp[-1].shiftedLeft(by: sp[0].clamped)
      case .shr:
        sp.drop(1)
        sp[-1] = sp[-1].shiftedRight(by: sp[0].clamped)
      case .sar:
        sp.drop(1)
        sp[-1] = sp[-1].shiftedRightSigned(by: sp[0].clamped)
      case .clz:  // CLZ (EIP-7939)
        sp[-1] = U256(UInt64(truncatingIfNeeded: 256 &- sp[-1].bitWidth))

      case .keccak256:
        sp.drop(1)
        guard let range = Self.range(sp[0], sp[-1]),
          Self.reach(range.end, memory, &memorySize, &gas),
          Self.charge(Schedule.keccakWord, words: range.count, &gas)
        else {
          exit = .halted(.outOfGas)
          break loop
        }
        sp[-1] = memory.keccak(at: range.start, range.count)

      case .address:
        sp.push(reference.frame.address.word)
      case .balance:
        let (balance, cost) = balance(sp[-1])
        gas &-= cost
        sp[-1] = balance
        if gas < 0 {
          exit = .halted(.outOfGas)
          break loop
        }
      case .origin:
        sp.push(transaction.origin.word)
      case .caller:
        sp.push(reference.frame.caller.word)
      case .callvalue:
        sp.push(reference.frame.value)
      case .calldataload:
        sp[-1] = reference.frame.input.word(at: sp[-1])
      case .calldatasize:
        sp.push(U256(UInt64(truncatingIfNeeded: reference.frame.input.count)))
      case .calldatacopy:
        sp.drop(3)
        guard
          Self.copy(
            reference.frame.input, from: sp[1], to: sp[2], sp[0], memory, &memorySize, &gas)
        else {
          exit = .halted(.outOfGas)
          break loop
        }
      case .codesize:
        unsafe sp.push(U256(UInt64(truncatingIfNeeded: code.count)))
      case .codecopy:
        sp.drop(3)
        let source = unsafe ByteRange(
          pointer: UnsafeRawPointer(code.base.pointer), count: code.count)
        guard Self.copy(source, from: sp[1], to: sp[2], sp[0], memory, &memorySize, &gas) else {
          exit = .halted(.outOfGas)
          break loop
        }
      case .gasprice:
        sp.push(transaction.gasPrice)
      case .extcodesize:
        let (size, cost) = codeSize(sp[-1])
        gas &-= cost
        sp[-1] = size
        if gas < 0 {
          exit = .halted(.outOfGas)
          break loop
        }
      case .extcodecopy:
        sp.drop(4)
        (gas, memorySize) = copyCode(sp, memory, memorySize, gas)
        if gas < 0 {
          exit = .halted(.outOfGas)
          break loop
        }
      case .returndatasize:
        sp.push(U256(UInt64(truncatingIfNeeded: returnDataSize)))
      case .returndatacopy:
        sp.drop(3)
        guard let end = Self.range(sp[1], sp[0], always: true)?.end, end <= returnDataSize else {
          exit = .halted(.returnDataOutOfBounds)
          break loop
        }
        guard Self.copy(returnDataRange, from: sp[1], to: sp[2], sp[0], memory, &memorySize, &gas)
        else {
          exit = .halted(.outOfGas)
          break loop
        }
      case .extcodehash:
        let (hash, cost) = codeHash(sp[-1])
        gas &-= cost
        sp[-1] = hash
        if gas < 0 {
          exit = .halted(.outOfGas)
          break loop
        }

      case .blockhash:
        sp[-1] = blockHash(sp[-1])
      case .coinbase:
        sp.push(block.coinbase.word)
      case .timestamp:
        sp.push(U256(block.timestamp))
      case .number:
        sp.push(U256(block.number))
      case .prevrandao:  // PREVRANDAO, DIFFICULTY before the Merge
        sp.push(block.randomness)
      case .gaslimit:
        sp.push(U256(block.gasLimit))
      case .chainid:
        sp.push(chainID)
      case .selfbalance:
        sp.push(reference.frame.account.record.balance)
      case .basefee:
        sp.push(block.baseFee)
      case .blobhash:  // BLOBHASH (EIP-4844)
        sp[-1] = blobHash(sp[-1])
      case .blobbasefee:  // BLOBBASEFEE (EIP-7516)
        sp.push(blobBaseFee)

      case .pop:
        sp.drop(1)
      case .mload:
        let offset = sp[-1].clamped
        guard offset < UInt64(Arena.memoryMax),
          Self.reach(Int(truncatingIfNeeded: offset) &+ 32, memory, &memorySize, &gas)
        else {
          exit = .halted(.outOfGas)
          break loop
        }
        sp[-1] = memory.word(at: Int(truncatingIfNeeded: offset))
      case .mstore:
        sp.drop(2)
        let offset = sp[1].clamped
        guard offset < UInt64(Arena.memoryMax),
          Self.reach(Int(truncatingIfNeeded: offset) &+ 32, memory, &memorySize, &gas)
        else {
          exit = .halted(.outOfGas)
          break loop
        }
        memory.store(sp[0], at: Int(truncatingIfNeeded: offset))
      case .mstore8:
        sp.drop(2)
        let offset = sp[1].clamped
        guard offset < UInt64(Arena.memoryMax),
          Self.reach(Int(truncatingIfNeeded: offset) &+ 1, memory, &memorySize, &gas)
        else {
          exit = .halted(.outOfGas)
          break loop
        }
        memory.store(UInt8(truncatingIfNeeded: sp[0].w0), at: Int(truncatingIfNeeded: offset))
      case .sload:
        let (value, cost) = load(reference.frame.account, sp[-1])
        gas &-= cost
        sp[-1] = value
        if gas < 0 {
          exit = .halted(.outOfGas)
          break loop
        }
      case .sstore:
        sp.drop(2)
        if reference.frame.isStatic {
          exit = .halted(.staticViolation)
          break loop
        }
        gas = store(
          reference.frame.account, sp[1], sp[0], gas: gas, frame: reference.frame.number)
        if gas < 0 {
          exit = .halted(.outOfGas)
          break loop
        }
      case .jump:
        sp.drop(1)
        let target = sp[0].clamped
        guard unsafe target < UInt64(code.count),
          unsafe Self.isDestination(target, unsafe code.jumps)
        else {
          exit = .halted(.invalidJump)
          break loop
        }
        pc = unsafe code.base.advanced(by: Int(truncatingIfNeeded: target))
        continue loop
      case .jumpi:
        sp.drop(2)
        if !sp[0].isZero {
          let target = sp[1].clamped
          guard unsafe target < UInt64(code.count),
            unsafe Self.isDestination(target, unsafe code.jumps)
          else {
            exit = .halted(.invalidJump)
            break loop
          }
          pc = unsafe code.base.advanced(by: Int(truncatingIfNeeded: target))
          continue loop
        }
      case .pc:
        unsafe sp.push(U256(UInt64(truncatingIfNeeded: pc.offset(from: code.base))))
      case .msize:
        sp.push(U256(UInt64(truncatingIfNeeded: memorySize)))
      case .gas:
        sp.push(U256(UInt64(bitPattern: gas)))
      case .jumpdest:
        break
      case .tload:  // TLOAD (EIP-1153)
        sp[-1] = state.transientValue(reference.frame.address, sp[-1])
      case .tstore:
        sp.drop(2)
        if reference.frame.isStatic {
          exit = .halted(.staticViolation)
          break loop
        }
        state.setTransient(reference.frame.address, sp[1], sp[0])
      case .mcopy:  // MCOPY (EIP-5656)
        sp.drop(3)
        guard let source = Self.range(sp[1], sp[0]), let target = Self.range(sp[2], sp[0]),
          Self.reach(max(source.end, target.end), memory, &memorySize, &gas),
          Self.charge(Schedule.copyWord, words: source.count, &gas)
        else {
          exit = .halted(.outOfGas)
          break loop
        }
        memory.move(from: source.start, to: target.start, source.count)

      case .push0:
        sp.push(.zero)
      case .push1:
        sp.push(U256(UInt64(pc[1])))
        pc.advance(1)
      case .push2:
        sp.push(U256(UInt64(pc[1]) &<< 8 | UInt64(pc[2])))
        pc.advance(2)
      case .push3, .push4, .push5, .push6, .push7, .push8:
        let count = Int(opcode.rawValue) &- 0x5F
        sp.push(pc.advanced(by: 1).number(ofBytes: count))
        pc.advance(count)
      case .push9, .push10, .push11, .push12, .push13, .push14, .push15, .push16, .push17, .push18,
        .push19, .push20, .push21, .push22,
        .push23, .push24, .push25, .push26, .push27, .push28, .push29, .push30, .push31:
        let count = Int(opcode.rawValue) &- 0x5F
        let word = pc.advanced(by: 1).word
        sp.push(word.shiftedRight(by: UInt64(truncatingIfNeeded: 256 &- 8 &* count)))
        pc.advance(count)
      case .push32:
        sp.push(pc.advanced(by: 1).word)
        pc.advance(32)

      case .dup1:
        sp.push(sp[-1])
      case .dup2:
        sp.push(sp[-2])
      case .dup3:
        sp.push(sp[-3])
      case .dup4:
        sp.push(sp[-4])
      case .dup5, .dup6, .dup7, .dup8, .dup9, .dup10, .dup11, .dup12, .dup13, .dup14, .dup15,
        .dup16:
        sp.push(sp[0x7F &- Int(opcode.rawValue)])
      case .swap1:
        let top = sp[-1]
        sp[-1] = sp[-2]
        sp[-2] = top
      case .swap2:
        let top = sp[-1]
        sp[-1] = sp[-3]
        sp[-3] = top
      case .swap3:
        let top = sp[-1]
        sp[-1] = sp[-4]
        sp[-4] = top
      case .swap4, .swap5, .swap6, .swap7, .swap8, .swap9, .swap10, .swap11, .swap12, .swap13,
        .swap14, .swap15, .swap16:
        let index = 0x8E &- Int(opcode.rawValue)
        let top = sp[-1]
        sp[-1] = sp[index]
        sp[index] = top

      case .log0, .log1, .log2, .log3, .log4:
        let topics = Int(opcode.rawValue) &- 0xA0
        sp.drop(2 &+ topics)
        if reference.frame.isStatic {
          exit = .halted(.staticViolation)
          break loop
        }
        guard let range = Self.range(sp[1 &+ topics], sp[topics]),
          Self.reach(range.end, memory, &memorySize, &gas),
          Self.charge(Schedule.logByte, bytes: range.count, &gas)
        else {
          exit = .halted(.outOfGas)
          break loop
        }
        log(reference.frame.address, memory.bytes(at: range.start, range.count), sp, topics)

      case .create, .create2:
        exit = .create(opcode)
        break loop
      case .call, .callcode, .delegatecall, .staticcall:
        exit = .call(opcode)
        break loop
      case .return, .revert:
        sp.drop(2)
        guard let range = Self.range(sp[1], sp[0]),
          Self.reach(range.end, memory, &memorySize, &gas)
        else {
          exit = .halted(.outOfGas)
          break loop
        }
        setReturnData(memory.range(at: range.start, range.count))
        exit = opcode == .return ? .returned : .reverted
        break loop
      case .selfdestruct:
        sp.drop(1)
        if reference.frame.isStatic {
          exit = .halted(.staticViolation)
          break loop
        }
        let cost = selfDestruct(
          reference.frame.account, Address(truncating: sp[0]), gas: gas)
        gas &-= cost
        setReturnData(.empty)
        exit = gas < 0 ? .halted(.outOfGas) : .stopped
        break loop

      default:  // The table has found them.
        exit = .halted(.undefinedInstruction(opcode.rawValue))
        break loop
      }

      pc.advance(1)
    }

    reference.frame.pc = pc
    reference.frame.stack = sp
    reference.frame.gas = gas
    reference.frame.memorySize = memorySize
    return exit
  }
  @inline(never)
  private static func stackFault(
    _ opcode: Opcode, _ entry: InstructionTable.Entry, _ height: UInt
  ) -> Halt {
    if entry.need == InstructionTable.Entry.undefined.need {
      return .undefinedInstruction(opcode.rawValue)
    }
    return height < UInt(entry.need) ? .stackUnderflow : .stackOverflow
  }
}
