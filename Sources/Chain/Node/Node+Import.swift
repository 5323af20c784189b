internal import EVM
internal import Primitives
internal import Synchronization

extension Node {
  /// Runs and checks another node's block on top of the head, and takes it.
  @discardableResult
  public func importBlock(_ bytes: [UInt8]) throws(NodeFailure) -> SealedBlock {
    guard !heads.isClosed else { throw .closed }
    let block: Block
    do throws(InvalidBlock) {
      block = try Block(decoding: bytes, rules: rules)
    } catch {
      throw .invalidBlock(error)
    }
    let senders = Recovery.senders(of: block.transactions)
    return try writer.withLock { machine throws(NodeFailure) in
      let parent = try state(at: .latest)
      guard block.header.parentHash == parent.blockHash else {
        throw .invalidBlock(.unknownParent(block.header.parentHash))
      }
      let built = try run(
        block, bytes, on: parent, senders: senders, machine: machine)
      try adopt(built)
      return built.block
    }
  }

  private func run(
    _ block: Block, _ bytes: [UInt8], on parent: StateView, senders: [Address?], machine: Machine
  ) throws(NodeFailure) -> BlockBuilder.Built {
    let executor = BlockExecutor(rules: rules, arena: machine.arena, codes: machine.codes)
    do throws(InvalidBlock) {
      let result = try executor.execute(
        block, size: bytes.count, parent: parent.header, database: ViewDatabase(parent),
        senders: senders
      ) { changes in
        ((try? parent.tree.applying(changes))?.0.rootHash) ?? Trie.emptyRoot
      }
      let (tree, changes) = try applied(result.changes, to: parent)
      guard tree.rootHash == block.header.stateRoot else { throw InvalidBlock.header(.stateRoot) }
      let sealed = SealedBlock(
        block: block, hash: block.header.hash, encoded: bytes,
        senders: senders.map { $0 ?? .zero }, receipts: result.receipts,
        blobBaseFee: blobBaseFee(of: block.header))
      return BlockBuilder.Built(
        block: sealed, tree: tree, changes: changes,
        touched: result.changes.accounts.map(\.address), refused: [])
    } catch {
      throw .invalidBlock(error)
    }
  }

  private func applied(
    _ changes: StateChanges, to parent: StateView
  ) throws(InvalidBlock) -> (StateTree, VersionChanges) {
    do throws(StateFailure) {
      return try parent.tree.applying(changes, source: index.nextSource)
    } catch {
      throw .state(error)
    }
  }
}
