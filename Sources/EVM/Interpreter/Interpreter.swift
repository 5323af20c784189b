internal import Primitives

/// Runs code: frames one above the other in a stack of our own, so that no depth of calls is one of
/// Swift's.
///
/// ``run(_:_:)`` is the loop over instructions. It comes back for calls, creations and the end of a
/// frame, which ``execute(_:)`` handles, and goes on from the same place.
@safe
final class Interpreter {
  /// Calls inside calls (Yellow Paper, 9.1).
  static let depthMax = 1024
  /// Words.
  static let stackMax = 1024

  let state: WorldState
  let block: BlockContext
  let schedule: Schedule
  let table: InstructionTable
  let arena: Arena
  let blobBaseFee: U256
  let chainID: U256
  var transaction = TransactionContext(
    origin: .zero, gasPrice: .zero, blobHashes: [])

  var tracer: (any ExecutionTracer)?

  /// The open frames; the last one runs.
  private let frames: UnsafeMutablePointer<Frame>
  private(set) var depth = 0
  private let returnData = ReturnBuffer()

  init(state: WorldState, block: BlockContext, arena: Arena) {
    self.state = state
    self.block = block
    self.arena = arena
    schedule = Schedule(block.fork)
    table = InstructionTable.of(block.fork)
    blobBaseFee =
      block.blobBaseFee ?? block.blobs.baseFee(excessBlobGas: block.excessBlobGas)
    chainID = U256(block.chainID)
    unsafe frames = .allocate(capacity: Self.depthMax + 2)
  }

  deinit {
    unsafe frames.deallocate()
  }

  /// What came out of the outermost frame.
  struct Result {
    var status: Exit
    var gasLeft: Int64
    var output: [UInt8]
  }

  /// What a frame starts with.
  struct Message {
    var code: Code
    var input: ByteRange
    var account: AccountReference
    var caller: Address
    var value: U256
    var gas: Int64
    var isStatic = false
    var isCreation = false
    var checkpoint: WorldState.Checkpoint
    var outputOffset = 0
    var outputSize = 0
  }

  /// Runs a message to its end. A frame that fails has taken back what it did.
  func execute(_ message: Message) -> Result {
    push(message)
    while true {
      let frame = unsafe FrameReference(pointer: frames + (depth - 1))
      let exit = tracer == nil ? run(frame, PlainLoop.self) : run(frame, TracedLoop.self)
      switch exit {
      case .call(let opcode):
        call(frame, opcode)
        if let halt = frame.frame.pendingHalt, let result = end(frame, .halted(halt)) {
          return result
        }
      case .create(let opcode):
        create(frame, opcode)
        if let halt = frame.frame.pendingHalt, let result = end(frame, .halted(halt)) {
          return result
        }
      case .stopped, .returned, .reverted, .halted:
        if let result = end(frame, exit) { return result }
      }
    }
  }

  func push(_ message: Message) {
    var (memory, stack) = unsafe (arena.memory, arena.stack)
    if depth > 0 {
      let parent = unsafe FrameReference(pointer: frames + (depth - 1))
      unsafe memory = parent.frame.memory.pointer + parent.frame.memorySize
      unsafe stack = parent.frame.stack.pointer
    }
    returnData.count = 0
    let place = unsafe StackPlace(pointer: stack)
    unsafe (frames + depth).initialize(
      to: Frame(
        code: Unmanaged.passRetained(message.code),
        pc: CodePlace(pointer: message.code.base),
        stackBase: place, stack: place, gas: message.gas,
        memory: MemoryPlace(pointer: memory, limit: arena.end), memorySize: 0, input: message.input,
        account: message.account, address: message.account.record.address, caller: message.caller,
        value: message.value, isStatic: message.isStatic, isCreation: message.isCreation,
        checkpoint: message.checkpoint, number: state.nextFrame(),
        outputOffset: message.outputOffset, outputSize: message.outputSize))
    depth += 1
  }

  /// Closes a frame and hands its result to the one below; returns it where there is none.
  private func end(_ frame: FrameReference, _ exit: Exit) -> Result? {
    var exit = exit
    if case .stopped = exit { returnData.count = 0 }
    if frame.frame.isCreation, exit.isSuccess {
      if let halt = deploy(frame) { exit = .halted(halt) }
      // A creation's caller gets an address, and no data.
      if depth > 1 { returnData.count = 0 }
    }
    switch exit {
    case .returned, .stopped: break
    case .reverted: state.revert(to: frame.frame.checkpoint)
    default:
      state.revert(to: frame.frame.checkpoint)
      frame.frame.gas = 0
      returnData.count = 0
    }
    unsafe frame.frame.code.release()
    depth -= 1
    if tracer != nil { traceEnd(exit.status, gasLeft: frame.frame.gas) }
    guard depth > 0 else {
      return Result(status: exit, gasLeft: frame.frame.gas, output: returnData.range.bytes)
    }
    resume(unsafe FrameReference(pointer: frames + (depth - 1)), after: frame, exit)
    return nil
  }

  private func resume(_ parent: FrameReference, after frame: FrameReference, _ exit: Exit) {
    parent.frame.gas &+= frame.frame.gas
    if frame.frame.isCreation {
      parent.frame.stack.push(exit.isSuccess ? frame.frame.address.word : .zero)
      return
    }
    copyOutput(to: parent, frame.frame.outputOffset, frame.frame.outputSize)
    parent.frame.stack.push(U256(exit.isSuccess))
  }

  /// Copies return data into the place that a CALL named for it.
  func copyOutput(to frame: FrameReference, _ offset: Int, _ size: Int) {
    let count = min(size, returnData.count)
    guard count > 0 else { return }
    frame.frame.memory.copy(from: returnData.range, at: 0, to: offset, count)
  }

  /// Turns what a creation returned into the account's code.
  private func deploy(_ frame: FrameReference) -> Halt? {
    let fork = block.fork
    let code = returnData.range
    if fork >= .spuriousDragon && code.count > Schedule.codeSizeMax { return .codeTooLarge }
    if fork >= .london, code.count > 0, returnData.first == 0xEF { return .codeStartsWithEF }
    let cost = Schedule.codeDepositByte * Int64(code.count)
    if cost > frame.frame.gas {
      // Frontier's contracts that could not pay stayed without code (EIP-2).
      return fork >= .homestead ? .outOfGas : nil
    }
    frame.frame.gas -= cost
    let bytes = code.bytes
    state.setCode(frame.frame.account, Code.of(bytes, hash: Keccak256.hash(bytes).word))
    return nil
  }

  // MARK: Return data

  var returnDataSize: Int { returnData.count }

  var returnDataRange: ByteRange { returnData.range }

  func setReturnData(_ bytes: ByteRange) {
    returnData.set(bytes)
  }

  func setReturnData(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBytes { buffer in
      unsafe returnData.set(ByteRange(pointer: buffer.baseAddress, count: buffer.count))
    }
  }
}

extension Exit {
  var isSuccess: Bool {
    switch self {
    case .stopped, .returned: true
    default: false
    }
  }
}

/// What the last call returned: one buffer for all frames, since a frame sees only what came after it
/// started.
@safe
private final class ReturnBuffer {
  private var memory: UnsafeMutableRawPointer
  private var capacity = 1024
  var count = 0

  init() {
    unsafe memory = .allocate(byteCount: capacity, alignment: 16)
  }

  deinit {
    unsafe memory.deallocate()
  }

  var range: ByteRange { unsafe ByteRange(pointer: UnsafeRawPointer(memory), count: count) }

  var first: UInt8 { unsafe memory.load(as: UInt8.self) }

  func set(_ bytes: ByteRange) {
    if bytes.count > capacity {
      unsafe memory.deallocate()
      capacity = bytes.count
      unsafe memory = .allocate(byteCount: capacity, alignment: 16)
    }
    count = bytes.count
    if let source = unsafe bytes.pointer {
      unsafe memory.copyMemory(from: source, byteCount: bytes.count)
    }
  }
}
