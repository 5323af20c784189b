internal import Precompiles
public import Primitives

/// Applies transactions to a state, one after the other, by the rules of one block.
public final class Executor {
  public let state: WorldState
  public let block: BlockContext
  /// Of the transactions so far.
  public private(set) var gasUsed: UInt64 = 0
  public private(set) var blobGasUsed: UInt64 = 0
  private let interpreter: Interpreter

  /// Watches what runs from now on.
  public var tracer: (any ExecutionTracer)? {
    get { interpreter.tracer }
    set { interpreter.tracer = newValue }
  }

  public init(state: WorldState, block: BlockContext, arena: Arena = Arena()) {
    self.state = state
    self.block = block
    interpreter = Interpreter(state: state, block: block, arena: arena)
  }

  /// What is asked of a sender before a transaction runs.
  public enum SenderCheck: Sendable {
    /// The next nonce, and no code of its own.
    case full
    /// Nothing but the wei: for calls that nobody signed, which only want to know what would happen.
    /// Limits of gas do not hold for them, and a fee of zero is enough.
    case fundsOnly
    /// All but that the sender has no code: for a development chain, where anybody may be played.
    case impersonated
    /// As ``impersonated``, and limits of gas do not hold: for blocks that never are.
    case simulated
  }

  /// Runs a transaction, whose sender is ``Transaction/sender()``. An invalid one leaves everything as
  /// it was; after a database's failure the whole state is void.
  public func execute(
    _ transaction: Transaction, from sender: Address, check: SenderCheck = .full
  ) throws(ExecutionFailure) -> Outcome {
    let account = state.account(sender)
    do {
      try validate(transaction, account, check)
    } catch {
      _ = state.endTransaction(fork: block.fork)
      throw .invalid(error)
    }
    let gasPrice = transaction.effectiveGasPrice(baseFee: block.baseFee)
    buyGas(transaction, account, gasPrice)
    interpreter.transaction = TransactionContext(
      origin: sender, gasPrice: gasPrice, blobHashes: transaction.blobHashes)
    warm(transaction, account)
    for authorization in transaction.authorizations { apply(authorization) }

    let intrinsic = transaction.intrinsicGas(block.fork)
    let result = run(transaction, account, gas: Int64(transaction.gasLimit - intrinsic.gas))
    let (used, most) = settle(transaction, account, result, floor: intrinsic.floor, gasPrice)
    let logs = state.endTransaction(fork: block.fork)
    interpreter.arena.trim(afterGas: used)
    if let failure = state.failure { throw .state(failure) }
    gasUsed += used
    blobGasUsed += transaction.blobGas
    return Outcome(
      status: result.status, gasUsed: used, gasUsedMax: most, blobGasUsed: transaction.blobGas,
      gasPrice: gasPrice,
      output: result.output, logs: logs, created: result.created)
  }

  // MARK: The block's own changes

  /// Calls a contract as the rules do, outside of all transactions; its output, or nil when it is not
  /// there or failed.
  func callSystem(_ address: Address, _ data: [UInt8]) -> [UInt8]? {
    let account = state.account(address)
    let code = state.code(of: account)
    defer { endSystemChanges() }
    guard code.count > 0 else { return nil }
    interpreter.transaction = TransactionContext(
      origin: SystemContract.caller, gasPrice: .zero, blobHashes: [])
    let result = unsafe data.withUnsafeBytes { data in
      interpreter.execute(
        Interpreter.Message(
          code: code, input: unsafe ByteRange(pointer: data.baseAddress, count: data.count),
          account: account, caller: SystemContract.caller, value: .zero, gas: SystemContract.gas,
          checkpoint: state.checkpoint()))
    }
    return result.status.isSuccess ? result.output : nil
  }

  /// Adds wei that no account pays. ``endSystemChanges()`` settles it.
  func pay(_ amount: U256, to address: Address) {
    state.add(amount, to: state.account(address))
  }

  func endSystemChanges() {
    _ = state.endTransaction(fork: block.fork)
  }

  // MARK: Before

  private func validate(
    _ transaction: Transaction, _ account: AccountReference, _ check: SenderCheck
  ) throws(InvalidTransaction) {
    // Before the transaction's own limit: of two causes, tests name this one.
    let blobGasMax = block.blobs.max.multipliedReportingOverflow(by: BlobParameters.gasPerBlob)
    if block.fork >= .cancun, !blobGasMax.overflow,
      blobGasUsed + transaction.blobGas > blobGasMax.partialValue
    {
      throw .blobGasExceedsBlock
    }
    try transaction.validate(
      fork: block.fork, chainID: block.chainID,
      limitsGas: check == .full || check == .impersonated, limitsNonce: check != .fundsOnly)
    let available =
      check != .fundsOnly ? block.gasLimit - min(gasUsed, block.gasLimit) : UInt64(Int64.max)
    guard transaction.gasLimit <= min(available, UInt64(Int64.max)) else {
      throw .gasLimitExceedsBlock(available: available)
    }
    if block.fork >= .london && transaction.maxFeePerGas < block.baseFee,
      check != .fundsOnly || !transaction.maxFeePerGas.isZero
    {
      throw .feeBelowBaseFee(baseFee: block.baseFee)
    }
    if transaction.kind == .blob {
      guard transaction.maxFeePerBlobGas >= interpreter.blobBaseFee else {
        throw .blobFeeBelowBaseFee(baseFee: interpreter.blobBaseFee)
      }
    }
    if check != .fundsOnly { try checkSender(transaction, account, check) }
    guard let most = transaction.costMax, most <= account.record.balance else {
      throw .insufficientFunds(balance: account.record.balance)
    }
  }

  private func checkSender(
    _ transaction: Transaction, _ account: AccountReference, _ check: SenderCheck
  ) throws(InvalidTransaction) {
    let nonce = account.record.nonce
    if transaction.nonce < nonce { throw .nonceTooLow(expected: nonce) }
    if transaction.nonce > nonce { throw .nonceTooHigh(expected: nonce) }
    if check == .full, account.record.codeHash != Account.emptyCodeWord,
      block.fork < .prague || state.code(of: account).delegate == nil
    {
      throw .senderHasCode
    }
  }

  private func buyGas(
    _ transaction: Transaction, _ account: AccountReference, _ gasPrice: U256
  ) {
    // Validation has shown that the largest of these sums fits the balance.
    let gas = gasPrice &* U256(transaction.gasLimit)
    let blobs =
      transaction.kind == .blob ? interpreter.blobBaseFee &* U256(transaction.blobGas) : .zero
    state.subtract(gas &+ blobs, from: account)
    state.setNonce(account, account.record.nonce &+ 1)
  }

  /// EIP-2929, 2930 and 3651. Precompiled contracts are never cold.
  private func warm(_ transaction: Transaction, _ account: AccountReference) {
    guard block.fork >= .berlin else { return }
    _ = state.access(account)
    if let to = transaction.to { _ = state.access(state.account(to)) }
    if block.fork >= .shanghai { _ = state.access(state.account(block.coinbase)) }
    for entry in transaction.accessList {
      let account = state.account(entry.address)
      _ = state.access(account)
      for slot in entry.slots { _ = state.access(account, slot) }
    }
  }

  /// EIP-7702: an authorization that does not hold is passed over.
  private func apply(_ authorization: Authorization) {
    guard authorization.chainID.isZero || authorization.chainID == U256(block.chainID),
      authorization.nonce < .max, let address = authorization.authority()
    else { return }
    let authority = state.account(address)
    _ = state.access(authority)
    let code = state.code(of: authority)
    guard code.count == 0 || code.delegate != nil,
      authority.record.nonce == authorization.nonce
    else { return }
    if authority.record.exists {
      state.refund += Int64(Transaction.authorization) - Self.authorizationBase
    }
    state.setCode(
      authority,
      authorization.address == .zero ? .empty : .designator(authorization.address))
    state.setNonce(authority, authorization.nonce + 1)
  }

  /// What an authorization costs when the account is there.
  private static let authorizationBase: Int64 = 12_500

  // MARK: During

  private struct RunResult {
    var status: Outcome.Status
    var gasLeft: Int64
    var output: [UInt8]
    var created: Address?

    init(status: Outcome.Status, gasLeft: Int64, output: [UInt8]) {
      self.status = status
      self.gasLeft = gasLeft
      self.output = output
    }

    init(_ result: Interpreter.Result) {
      gasLeft = result.gasLeft
      output = result.output
      status = result.status.status
    }
  }

  private func run(
    _ transaction: Transaction, _ sender: AccountReference, gas: Int64
  ) -> RunResult {
    guard let to = transaction.to else { return create(transaction, sender, gas: gas) }
    let target = state.account(to)
    tracer?.begin(
      TraceCall(
        kind: .call, from: sender.record.address, to: to, value: transaction.value, gas: gas,
        input: transaction.data))
    let checkpoint = state.checkpoint()
    interpreter.transfer(transaction.value, from: sender, to: target)
    return unsafe transaction.data.withUnsafeBytes { data in
      let input = unsafe ByteRange(pointer: data.baseAddress, count: data.count)
      if let number = block.precompile(at: to) {
        return precompile(number, input, gas: gas, checkpoint)
      }
      var code = state.code(of: target)
      if block.fork >= .prague, let delegate = code.delegate {
        let account = state.account(delegate)
        _ = state.access(account)
        code = interpreter.delegatedCode(account)
      }
      if code.count == 0 {
        return traced(RunResult(status: .success, gasLeft: gas, output: []))
      }
      return RunResult(
        interpreter.execute(
          Interpreter.Message(
            code: code, input: input, account: target, caller: sender.record.address,
            value: transaction.value, gas: gas, checkpoint: checkpoint)))
    }
  }

  private func precompile(
    _ number: UInt16, _ input: ByteRange, gas: Int64, _ checkpoint: WorldState.Checkpoint
  ) -> RunResult {
    switch PrecompiledContracts.run(number, input, gas, block.fork) {
    case .success(let used, let output):
      return traced(RunResult(status: .success, gasLeft: gas - used, output: output))
    case .failure:
      state.revert(to: checkpoint)
      return traced(RunResult(status: .halted(.precompileFailed), gasLeft: 0, output: []))
    }
  }

  /// Tells of the end of what opened no frame.
  private func traced(_ result: RunResult) -> RunResult {
    tracer?.end(
      TraceResult(status: result.status, gasLeft: result.gasLeft, output: result.output))
    return result
  }

  private func create(
    _ transaction: Transaction, _ sender: AccountReference, gas: Int64
  ) -> RunResult {
    let creator = sender.record.address
    // Buying the gas has counted it already.
    let address = Address.ofCreation(by: creator, nonce: sender.record.nonce &- 1)
    let account = state.account(address)
    if block.fork >= .berlin { _ = state.access(account) }
    tracer?.begin(
      TraceCall(
        kind: .create, from: creator, to: address, value: transaction.value, gas: gas,
        input: transaction.data))
    if state.isOccupied(account) {
      return traced(RunResult(status: .halted(.addressCollision), gasLeft: 0, output: []))
    }
    let checkpoint = state.checkpoint()
    interpreter.begin(account, transaction.value, from: sender)
    let result = interpreter.execute(
      Interpreter.Message(
        code: .of(transaction.data, hash: .zero), input: .empty, account: account,
        caller: creator, value: transaction.value, gas: gas, isCreation: true,
        checkpoint: checkpoint))
    var run = RunResult(result)
    run.created = address
    return run
  }

  // MARK: After

  /// Gives back what is left and pays the block's beneficiary; returns the gas used, after and before
  /// refunds.
  private func settle(
    _ transaction: Transaction, _ account: AccountReference, _ result: RunResult, floor: UInt64,
    _ gasPrice: U256
  ) -> (used: UInt64, most: UInt64) {
    var used = Int64(transaction.gasLimit) - result.gasLeft
    let most = max(UInt64(used), floor)
    used -= max(0, min(state.refund, used / interpreter.schedule.refundQuotient))
    let gas = max(UInt64(used), floor)
    state.add(gasPrice &* U256(transaction.gasLimit - gas), to: account)
    // A call that pays nothing may run below the base fee.
    let tip =
      block.fork >= .london ? gasPrice.subtracting(block.baseFee) ?? .zero : gasPrice
    state.add(tip &* U256(gas), to: state.account(block.coinbase))
    return (gas, most)
  }
}

extension Transaction {
  /// Wei that the sender must have; nil where it needs more than 256 bits.
  public var costMax: U256? {
    guard let gas = maxFeePerGas.multiplied(by: gasLimit),
      let blobs = maxFeePerBlobGas.multiplied(by: blobGas)
    else { return nil }
    return gas.adding(blobs)?.adding(value)
  }
}
