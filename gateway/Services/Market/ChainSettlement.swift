internal import ABI
public import Chain
internal import ContractBindings
internal import EVM
public import Market
internal import MarketChain
public import Primitives
internal import Synchronization
public import Wallet

/// The node's own chain, and the key with which the market sends its transactions there.
public final class ChainSettlement: SettlementChain {
  private let node: Chain.Node
  private let key: AccountKey
  /// One transaction at a time takes the account's next nonce.
  private let sending = Mutex(())

  public init(_ node: Chain.Node, key: consuming AccountKey) {
    self.node = node
    self.key = key
  }

  public var chainID: UInt64 { node.chainID }
  public var matcher: Address { key.address }

  public func call(_ contract: Address, _ data: [UInt8]) async throws -> [UInt8] {
    try Self.call(node, contract, data, at: .latest)
  }

  private static func call(
    _ node: Chain.Node, _ contract: Address, _ data: [UInt8], at block: BlockReference
  ) throws -> [UInt8] {
    var request = CallRequest()
    request.to = contract
    request.data = data
    let result = try node.call(request, at: block)
    guard result.status == .success else { throw refusal(result.output) }
    return result.output
  }

  public func send(_ contract: Address, _ data: [UInt8]) async throws -> Digest {
    try sending.withLock { _ in
      var request = CallRequest()
      request.from = key.address
      request.to = contract
      request.data = data
      // Tried before it costs anything, in the block that would be made now: what the escrow allows
      // depends on the time, and the newest block may be old.
      let trial = try node.call(request, at: .pending)
      guard trial.status == .success else { throw Self.refusal(trial.output) }
      let baseFee = node.head.header.baseFee ?? .zero
      let tip = try node.suggestedTip()
      var transaction = Transaction(
        kind: .dynamicFee, chainID: node.chainID, nonce: try node.nextNonce(of: key.address),
        maxPriorityFeePerGas: tip, maxFeePerGas: baseFee &+ baseFee &+ tip,
        gasLimit: trial.gasUsedMax + trial.gasUsedMax / 4 + 20_000, to: contract, data: data)
      let signature = key.sign(hash: transaction.signingHash)
      transaction.signature = Transaction.Signature(
        isOdd: signature.isOdd, r: signature.r, s: signature.s)
      return try node.submit(transaction.encoded, isLocal: true)
    }
  }

  public func submit(_ transaction: [UInt8]) async throws -> Digest {
    do {
      return try node.submit(transaction)
    } catch {
      // Sent again after a broken call, it is there already.
      if case .alreadyKnown = error { return Keccak256.hash(transaction) }
      throw SettlementRefusal("\(error)")
    }
  }

  public func blocks(from first: UInt64) -> AsyncThrowingStream<EscrowBlock, any Error> {
    let node = node
    return AsyncThrowingStream { continuation in
      let task = Task {
        do {
          for try await event in node.watchBlocks(from: first) {
            guard case .sealed(let block) = event else { continue }
            continuation.yield(try Self.read(block, node))
          }
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  private static func read(_ block: SealedBlock, _ node: Chain.Node) throws -> EscrowBlock {
    let filter = LogFilter(addresses: [JobEscrow.address, Bonds.address])
    let reader = EscrowReader { contract, data in
      try call(node, contract, data, at: .number(block.number))
    }
    return try reader.block(
      number: block.number, hash: block.hash, timestamp: block.header.timestamp,
      logs: block.logs(filter).map { found in
        EscrowReader.Log(
          address: found.log.address, topics: found.log.topics, data: found.log.data,
          transaction: found.transactionHash)
      })
  }

  /// The text of `Error(string)`, or the bytes.
  private static func refusal(_ output: [UInt8]) -> SettlementRefusal {
    let values = try? Decoding.decode([.string], from: Array(output.dropFirst(4)))
    if case .string(let text)? = values?.first { return SettlementRefusal(text) }
    return SettlementRefusal("it is reverted with 0x\(Hex.encode(output))")
  }
}
