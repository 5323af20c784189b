internal import EVM
internal import Primitives

/// What the log of blocks says happened.
enum BlockRecord {
  /// A block with what its execution gave, so that nobody has to run it or to recover its senders again.
  case block(version: UInt64, SealedBlock)
  /// A development chain's state was changed without a block.
  case patch(version: UInt64, StateChanges)
  /// The chain went back to a block and the state of a version.
  case rewind(number: UInt64, version: UInt64)

  private static let blockKind: UInt64 = 0
  private static let patchKind: UInt64 = 1
  private static let rewindKind: UInt64 = 2

  var encoded: [UInt8] {
    var encoder = RLP.Encoder()
    encoder.list { list in
      switch self {
      case .block(let version, let block):
        list.append(Self.blockKind)
        list.append(version)
        list.append(block.encoded)
        list.append(block.transactions.flatMap(\.sender.bytes))
        list.list { receipts in
          for transaction in block.transactions {
            Self.encode(transaction.receipt, to: &receipts)
          }
        }
      case .patch(let version, let changes):
        list.append(Self.patchKind)
        list.append(version)
        Self.encode(changes, to: &list)
      case .rewind(let number, let version):
        list.append(Self.rewindKind)
        list.append(version)
        list.append(number)
      }
    }
    return encoder.bytes
  }

  init(_ bytes: [UInt8], rules: ChainRules) throws(RLP.Malformed) {
    var reader = RLP.Reader(bytes)
    var list = try reader.list()
    let kind = try list.uint64()
    let version = try list.uint64()
    switch kind {
    case Self.blockKind: self = .block(version: version, try Self.block(&list, rules))
    case Self.patchKind: self = .patch(version: version, try Self.changes(&list))
    case Self.rewindKind: self = .rewind(number: try list.uint64(), version: version)
    default: throw .wrongSize(expected: 2, actual: Int(clamping: kind))
    }
  }

  // MARK: Blocks

  private static func encode(_ receipt: Receipt, to encoder: inout RLP.Encoder) {
    encoder.list { list in
      switch receipt.result {
      case .success: list.append(UInt64(1))
      case .failure: list.append(UInt64(0))
      case .stateRoot(let root): list.append(root)
      }
      list.append(receipt.cumulativeGasUsed)
      list.list { logs in
        for log in receipt.logs { log.encode(to: &logs) }
      }
    }
  }

  private static func block(
    _ list: inout RLP.Reader, _ rules: ChainRules
  ) throws(RLP.Malformed) -> SealedBlock {
    let bytes = try list.bytes()
    let senders = try list.bytes()
    var items = try list.list()
    let block: Block
    do throws(InvalidBlock) {
      block = try Block(decoding: bytes, rules: rules)
    } catch {
      if case .encoding(let reason) = error { throw reason }
      throw .truncated
    }
    let count = block.transactions.count
    guard senders.count == count * Address.byteCount else {
      throw .wrongSize(expected: count * Address.byteCount, actual: senders.count)
    }
    var addresses: [Address] = []
    var receipts: [Receipt] = []
    for (index, transaction) in block.transactions.enumerated() {
      let start = index * Address.byteCount
      addresses.append(
        Address(Array(senders[start..<start + Address.byteCount])) ?? .zero)
      receipts.append(try receipt(&items, transaction.kind))
    }
    try items.end()
    let fork = rules.fork(number: block.header.number, timestamp: block.header.timestamp)
    let blobFee = rules.blobs(of: fork).baseFee(
      excessBlobGas: block.header.excessBlobGas ?? 0)
    return SealedBlock(
      block: block, hash: block.header.hash, encoded: bytes, senders: addresses,
      receipts: receipts, blobBaseFee: blobFee)
  }

  private static func receipt(
    _ items: inout RLP.Reader, _ kind: Transaction.Kind
  ) throws(RLP.Malformed) -> Receipt {
    var list = try items.list()
    let status = try list.bytes()
    var result = Receipt.Result.failure
    if status == [1] { result = .success }
    if status.count == Digest.byteCount, let root = try? Digest(status) {
      result = .stateRoot(root)
    }
    let gas = try list.uint64()
    var logs = try list.list()
    var found: [Log] = []
    while !logs.isAtEnd {
      var log = try logs.list()
      let address = try log.address()
      var topics = try log.list()
      var words: [Digest] = []
      while !topics.isAtEnd { words.append(try topics.digest()) }
      found.append(Log(address: address, topics: words, data: try log.bytes()))
    }
    return Receipt(kind: kind, result: result, cumulativeGasUsed: gas, logs: found)
  }

  // MARK: Changes

  private static func encode(_ changes: StateChanges, to encoder: inout RLP.Encoder) {
    encoder.list { list in
      for (_, code) in changes.codes { list.append(code) }
    }
    encoder.list { list in
      for change in changes.accounts {
        list.list { entry in
          entry.append(change.address)
          entry.append(UInt64(change.account == nil ? 0 : 1))
          entry.append(UInt64(change.wipesStorage ? 1 : 0))
          entry.append(change.account?.nonce ?? 0)
          entry.append(change.account?.balance ?? .zero)
          entry.append(change.account?.codeHash ?? Account.emptyCodeHash)
          entry.list { slots in
            for (slot, value) in change.slots {
              slots.append(slot)
              slots.append(value)
            }
          }
        }
      }
    }
  }

  private static func changes(_ list: inout RLP.Reader) throws(RLP.Malformed) -> StateChanges {
    var changes = StateChanges()
    var codes = try list.list()
    while !codes.isAtEnd {
      let code = try codes.bytes()
      changes.codes.append((Keccak256.hash(code), code))
    }
    var accounts = try list.list()
    while !accounts.isAtEnd {
      var entry = try accounts.list()
      let address = try entry.address()
      let exists = try entry.uint64() == 1
      let wipes = try entry.uint64() == 1
      let account = Account(
        nonce: try entry.uint64(), balance: try entry.u256(), codeHash: try entry.digest())
      var slots = try entry.list()
      var pairs: [(slot: U256, value: U256)] = []
      while !slots.isAtEnd { pairs.append((try slots.u256(), try slots.u256())) }
      changes.accounts.append(
        StateChanges.Change(
          address: address, account: exists ? account : nil, wipesStorage: wipes, slots: pairs))
    }
    return changes
  }
}
