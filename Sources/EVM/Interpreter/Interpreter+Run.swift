internal import Primitives

extension Interpreter {
  /// Runs a frame until it ends, calls or creates.
  ///
  /// Everything that instructions touch is in locals. The check before each of them, from the fork's
  /// table, takes the constant gas and finds a stack that is too low or too high; one comparison does
  /// both. Cases name every opcode by itself: a range would split the jump table.
  func run(_ reference: FrameReference) -> Exit {
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
      let opcode = pc[0]
      let entry = unsafe entries[Int(opcode)]
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
      case 0x00:  // STOP
        exit = .stopped
        break loop
      case 0x01:  // ADD
        sp.drop(1)
        sp[-1] = sp[0] &+ sp[-1]
      case 0x02:  // MUL
        sp.drop(1)
        sp[-1] = sp[0] &* sp[-1]
      case 0x03:  // SUB
        sp.drop(1)
        sp[-1] = sp[0] &- sp[-1]
      case 0x04:  // DIV
        sp.drop(1)
        sp[-1] = sp[0] / sp[-1]
      case 0x05:  // SDIV
        sp.drop(1)
        sp[-1] = sp[0].dividedSigned(by: sp[-1])
      case 0x06:  // MOD
        sp.drop(1)
        sp[-1] = sp[0] % sp[-1]
      case 0x07:  // SMOD
        sp.drop(1)
        sp[-1] = sp[0].remainderSigned(dividingBy: sp[-1])
      case 0x08:  // ADDMOD
        sp.drop(2)
        sp[-1] = sp[1].adding(sp[0], modulo: sp[-1])
      case 0x09:  // MULMOD
        sp.drop(2)
        sp[-1] = sp[1].multiplied(by: sp[0], modulo: sp[-1])
      case 0x0A:  // EXP
        sp.drop(1)
        gas &-= schedule.exponentByte &* Int64(sp[-1].byteWidth)
        if gas < 0 {
          exit = .halted(.outOfGas)
          break loop
        }
        sp[-1] = sp[0].power(sp[-1])
      case 0x0B:  // SIGNEXTEND
        sp.drop(1)
        sp[-1] = sp[-1].signExtended(fromByte: sp[0])

      case 0x10:  // LT
        sp.drop(1)
        sp[-1] = U256(sp[0] < sp[-1])
      case 0x11:  // GT
        sp.drop(1)
        sp[-1] = U256(sp[-1] < sp[0])
      case 0x12:  // SLT
        sp.drop(1)
        sp[-1] = U256(sp[0].isLessSigned(than: sp[-1]))
      case 0x13:  // SGT
        sp.drop(1)
        sp[-1] = U256(sp[-1].isLessSigned(than: sp[0]))
      case 0x14:  // EQ
        sp.drop(1)
        sp[-1] = U256(sp[0] == sp[-1])
      case 0x15:  // ISZERO
        sp[-1] = U256(sp[-1].isZero)
      case 0x16:  // AND
        sp.drop(1)
        sp[-1] = sp[0] & sp[-1]
      case 0x17:  // OR
        sp.drop(1)
        sp[-1] = sp[0] | sp[-1]
      case 0x18:  // XOR
        sp.drop(1)
        sp[-1] = sp[0] ^ sp[-1]
      case 0x19:  // NOT
        sp[-1] = ~sp[-1]
      case 0x1A:  // BYTE
        sp.drop(1)
        sp[-1] = sp[-1].byte(at: sp[0])
      case 0x1B:  // SHL
        sp.drop(1)
        sp[-1] = sp[-1].shiftedLeft(by: sp[0].clamped)
      case 0x1C:  // SHR
        sp.drop(1)
        sp[-1] = sp[-1].shiftedRight(by: sp[0].clamped)
      case 0x1D:  // SAR
        sp.drop(1)
        sp[-1] = sp[-1].shiftedRightSigned(by: sp[0].clamped)
      case 0x1E:  // CLZ (EIP-7939)
        sp[-1] = U256(UInt64(truncatingIfNeeded: 256 &- sp[-1].bitWidth))

      case 0x20:  // KECCAK256
        sp.drop(1)
        guard let range = Self.range(sp[0], sp[-1]),
          Self.reach(range.end, memory, &memorySize, &gas),
          Self.charge(Schedule.keccakWord, words: range.count, &gas)
        else {
          exit = .halted(.outOfGas)
          break loop
        }
        sp[-1] = memory.keccak(at: range.start, range.count)

      case 0x30:  // ADDRESS
        sp.push(reference.frame.address.word)
      case 0x31:  // BALANCE
        let (balance, cost) = balance(sp[-1])
        gas &-= cost
        sp[-1] = balance
        if gas < 0 {
          exit = .halted(.outOfGas)
          break loop
        }
      case 0x32:  // ORIGIN
        unsafe sp.push(transaction.origin.word)
      case 0x33:  // CALLER
        sp.push(reference.frame.caller.word)
      case 0x34:  // CALLVALUE
        sp.push(reference.frame.value)
      case 0x35:  // CALLDATALOAD
        sp[-1] = reference.frame.input.word(at: sp[-1])
      case 0x36:  // CALLDATASIZE
        sp.push(U256(UInt64(truncatingIfNeeded: reference.frame.input.count)))
      case 0x37:  // CALLDATACOPY
        sp.drop(3)
        guard
          Self.copy(
            reference.frame.input, from: sp[1], to: sp[2], sp[0], memory, &memorySize, &gas)
        else {
          exit = .halted(.outOfGas)
          break loop
        }
      case 0x38:  // CODESIZE
        unsafe sp.push(U256(UInt64(truncatingIfNeeded: code.count)))
      case 0x39:  // CODECOPY
        sp.drop(3)
        let source = unsafe ByteRange(
          pointer: UnsafeRawPointer(code.base.pointer), count: code.count)
        guard Self.copy(source, from: sp[1], to: sp[2], sp[0], memory, &memorySize, &gas) else {
          exit = .halted(.outOfGas)
          break loop
        }
      case 0x3A:  // GASPRICE
        unsafe sp.push(transaction.gasPrice)
      case 0x3B:  // EXTCODESIZE
        let (size, cost) = codeSize(sp[-1])
        gas &-= cost
        sp[-1] = size
        if gas < 0 {
          exit = .halted(.outOfGas)
          break loop
        }
      case 0x3C:  // EXTCODECOPY
        sp.drop(4)
        (gas, memorySize) = copyCode(sp, memory, memorySize, gas)
        if gas < 0 {
          exit = .halted(.outOfGas)
          break loop
        }
      case 0x3D:  // RETURNDATASIZE
        sp.push(U256(UInt64(truncatingIfNeeded: returnDataSize)))
      case 0x3E:  // RETURNDATACOPY
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
      case 0x3F:  // EXTCODEHASH
        let (hash, cost) = codeHash(sp[-1])
        gas &-= cost
        sp[-1] = hash
        if gas < 0 {
          exit = .halted(.outOfGas)
          break loop
        }

      case 0x40:  // BLOCKHASH
        sp[-1] = blockHash(sp[-1])
      case 0x41:  // COINBASE
        sp.push(block.coinbase.word)
      case 0x42:  // TIMESTAMP
        sp.push(U256(block.timestamp))
      case 0x43:  // NUMBER
        sp.push(U256(block.number))
      case 0x44:  // PREVRANDAO, DIFFICULTY before the Merge
        sp.push(block.randomness)
      case 0x45:  // GASLIMIT
        sp.push(U256(block.gasLimit))
      case 0x46:  // CHAINID
        sp.push(chainID)
      case 0x47:  // SELFBALANCE
        sp.push(reference.frame.account.record.balance)
      case 0x48:  // BASEFEE
        sp.push(block.baseFee)
      case 0x49:  // BLOBHASH (EIP-4844)
        sp[-1] = blobHash(sp[-1])
      case 0x4A:  // BLOBBASEFEE (EIP-7516)
        sp.push(blobBaseFee)

      case 0x50:  // POP
        sp.drop(1)
      case 0x51:  // MLOAD
        let offset = sp[-1].clamped
        guard offset < UInt64(Arena.memoryMax),
          Self.reach(Int(truncatingIfNeeded: offset) &+ 32, memory, &memorySize, &gas)
        else {
          exit = .halted(.outOfGas)
          break loop
        }
        sp[-1] = memory.word(at: Int(truncatingIfNeeded: offset))
      case 0x52:  // MSTORE
        sp.drop(2)
        let offset = sp[1].clamped
        guard offset < UInt64(Arena.memoryMax),
          Self.reach(Int(truncatingIfNeeded: offset) &+ 32, memory, &memorySize, &gas)
        else {
          exit = .halted(.outOfGas)
          break loop
        }
        memory.store(sp[0], at: Int(truncatingIfNeeded: offset))
      case 0x53:  // MSTORE8
        sp.drop(2)
        let offset = sp[1].clamped
        guard offset < UInt64(Arena.memoryMax),
          Self.reach(Int(truncatingIfNeeded: offset) &+ 1, memory, &memorySize, &gas)
        else {
          exit = .halted(.outOfGas)
          break loop
        }
        memory.store(UInt8(truncatingIfNeeded: sp[0].w0), at: Int(truncatingIfNeeded: offset))
      case 0x54:  // SLOAD
        let (value, cost) = load(reference.frame.account, sp[-1])
        gas &-= cost
        sp[-1] = value
        if gas < 0 {
          exit = .halted(.outOfGas)
          break loop
        }
      case 0x55:  // SSTORE
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
      case 0x56:  // JUMP
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
      case 0x57:  // JUMPI
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
      case 0x58:  // PC
        unsafe sp.push(U256(UInt64(truncatingIfNeeded: pc.offset(from: code.base))))
      case 0x59:  // MSIZE
        sp.push(U256(UInt64(truncatingIfNeeded: memorySize)))
      case 0x5A:  // GAS
        sp.push(U256(UInt64(bitPattern: gas)))
      case 0x5B:  // JUMPDEST
        break
      case 0x5C:  // TLOAD (EIP-1153)
        sp[-1] = state.transientValue(reference.frame.address, sp[-1])
      case 0x5D:  // TSTORE
        sp.drop(2)
        if reference.frame.isStatic {
          exit = .halted(.staticViolation)
          break loop
        }
        state.setTransient(reference.frame.address, sp[1], sp[0])
      case 0x5E:  // MCOPY (EIP-5656)
        sp.drop(3)
        guard let source = Self.range(sp[1], sp[0]), let target = Self.range(sp[2], sp[0]),
          Self.reach(max(source.end, target.end), memory, &memorySize, &gas),
          Self.charge(Schedule.copyWord, words: source.count, &gas)
        else {
          exit = .halted(.outOfGas)
          break loop
        }
        memory.move(from: source.start, to: target.start, source.count)

      case 0x5F:  // PUSH0
        sp.push(.zero)
      case 0x60:  // PUSH1
        sp.push(U256(UInt64(pc[1])))
        pc.advance(1)
      case 0x61:  // PUSH2
        sp.push(U256(UInt64(pc[1]) &<< 8 | UInt64(pc[2])))
        pc.advance(2)
      case 0x62, 0x63, 0x64, 0x65, 0x66, 0x67:  // PUSH3 to PUSH8
        let count = Int(opcode) &- 0x5F
        sp.push(pc.advanced(by: 1).number(ofBytes: count))
        pc.advance(count)
      case 0x68, 0x69, 0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x6F, 0x70, 0x71, 0x72, 0x73, 0x74, 0x75,
        0x76, 0x77, 0x78, 0x79, 0x7A, 0x7B, 0x7C, 0x7D, 0x7E:  // PUSH9 to PUSH31
        let count = Int(opcode) &- 0x5F
        let word = pc.advanced(by: 1).word
        sp.push(word.shiftedRight(by: UInt64(truncatingIfNeeded: 256 &- 8 &* count)))
        pc.advance(count)
      case 0x7F:  // PUSH32
        sp.push(pc.advanced(by: 1).word)
        pc.advance(32)

      case 0x80:  // DUP1
        sp.push(sp[-1])
      case 0x81:
        sp.push(sp[-2])
      case 0x82:
        sp.push(sp[-3])
      case 0x83:
        sp.push(sp[-4])
      case 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8B, 0x8C, 0x8D, 0x8E, 0x8F:
        sp.push(sp[0x7F &- Int(opcode)])
      case 0x90:  // SWAP1
        let top = sp[-1]
        sp[-1] = sp[-2]
        sp[-2] = top
      case 0x91:
        let top = sp[-1]
        sp[-1] = sp[-3]
        sp[-3] = top
      case 0x92:
        let top = sp[-1]
        sp[-1] = sp[-4]
        sp[-4] = top
      case 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9E, 0x9F:
        let index = 0x8E &- Int(opcode)
        let top = sp[-1]
        sp[-1] = sp[index]
        sp[index] = top

      case 0xA0, 0xA1, 0xA2, 0xA3, 0xA4:  // LOG0 to LOG4
        let topics = Int(opcode) &- 0xA0
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

      case 0xF0, 0xF5:  // CREATE, CREATE2
        exit = .create(opcode)
        break loop
      case 0xF1, 0xF2, 0xF4, 0xFA:  // CALL, CALLCODE, DELEGATECALL, STATICCALL
        exit = .call(opcode)
        break loop
      case 0xF3, 0xFD:  // RETURN, REVERT
        sp.drop(2)
        guard let range = Self.range(sp[1], sp[0]),
          Self.reach(range.end, memory, &memorySize, &gas)
        else {
          exit = .halted(.outOfGas)
          break loop
        }
        setReturnData(memory.range(at: range.start, range.count))
        exit = opcode == 0xF3 ? .returned : .reverted
        break loop
      case 0xFF:  // SELFDESTRUCT
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

      default:
        exit = .halted(.undefinedInstruction(opcode))
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
    _ opcode: UInt8, _ entry: InstructionTable.Entry, _ height: UInt
  ) -> Halt {
    if entry.need == InstructionTable.Entry.undefined.need { return .undefinedInstruction(opcode) }
    return height < UInt(entry.need) ? .stackUnderflow : .stackOverflow
  }
}
