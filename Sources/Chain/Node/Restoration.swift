internal import EVM
internal import Primitives

/// Brings a chain to where its log of blocks is: what LMDB did not have yet runs again.
struct Restoration {
  let index: ChainIndex
  let rules: ChainRules
  let machine: Machine

  func run() throws(StoreFailure) {
    let store = index.store
    guard let checkpoint = try store.checkpoint() else { return }
    try store.log.replay(from: checkpoint.place) { place, bytes throws(StoreFailure) in
      let record: BlockRecord
      do throws(RLP.Malformed) {
        record = try BlockRecord(bytes, rules: rules)
      } catch {
        throw .system("a block in the log cannot be read: \(error)")
      }
      switch record {
      case .block(_, let block): try restore(block, place)
      case .patch(_, let changes):
        let (_, tree) = index.headState
        guard let tree else { return }
        let (next, version) = try ChainIndex.applied(changes, to: tree, source: index.nextSource)
        try index.patchHead(changes, next, version, at: place)
      case .rewind(let number, let version):
        try index.revert(to: number, version: version, isLogged: true)
      }
    }
  }

  private func restore(_ block: SealedBlock, _ place: BlockLog.Place) throws(StoreFailure) {
    let (head, tree) = index.headState
    guard let tree, block.header.parentHash == head.hash else {
      throw index.store.damaged(place, "block \(block.number) does not follow its parent")
    }
    let view = StateView(
      header: head.header, blockHash: head.hash, tree: tree, history: index)
    let execution = BlockExecution(
      block.header, rules: rules, database: ViewDatabase(view), arena: machine.arena,
      codes: machine.codes)
    execution.begin()
    do {
      for transaction in block.transactions {
        try execution.run(
          transaction.transaction, from: transaction.sender, check: .impersonated)
      }
      _ = try execution.end(withdrawals: block.withdrawals ?? [], ommers: block.ommers)
    } catch {
      throw index.store.damaged(place, "block \(block.number) does not run: \(error)")
    }
    let (next, version) = try ChainIndex.applied(
      execution.state.changes(), to: tree, source: index.nextSource)
    guard next.rootHash == block.header.stateRoot else {
      throw index.store.damaged(
        place, "block \(block.number) gives another state than its header says")
    }
    try index.append(block, next, version, at: place)
  }
}
