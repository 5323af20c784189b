internal import Chain
internal import EVM
internal import Foundation
internal import Primitives
internal import SwiftProtobuf
public import RPC
public import Schema

extension ChainService {
  public func watchBlocks(
    _ request: Gensyn_Chain_V1.WatchBlocksRequest,
    to responses: ResponseWriter<Gensyn_Chain_V1.WatchBlocksResponse>, in call: ServerCall
  ) async throws {
    let start = try await start(request, responses)
    var sent = SentBlocks()
    do {
      for try await event in node.watchBlocks(from: start) {
        switch event {
        case .sealed(let block):
          sent.append(block)
          try await responses.write(
            .with {
              $0.added = Gensyn_Chain_V1.Block(
                block, request.detail, finality: finality(block.number))
            })
        case .reverted(let number):
          for block in sent.takeBack(to: number) {
            try await responses.write(.with { $0.removed = Gensyn_Chain_V1.BlockId(block) })
          }
        }
      }
    } catch let failure as NodeFailure {
      throw RPCError(failure)
    }
    throw RPCError(NodeFailure.closed)
  }

  /// The first height to send; what the caller has and the chain no longer does is taken back before.
  private func start(
    _ request: Gensyn_Chain_V1.WatchBlocksRequest,
    _ responses: ResponseWriter<Gensyn_Chain_V1.WatchBlocksResponse>
  ) async throws -> UInt64? {
    let head = node.head.number
    switch request.start {
    case nil: return nil
    case .fromHeight(let height)?:
      guard height >= node.oldestBlock, height <= head + 1 else {
        throw RPCError(
          .outOfRange, "from_height must be from \(node.oldestBlock) to \(head + 1)")
      }
      return height
    case .after(let last)?:
      let hash = try Digest(chain: "after.hash", last.hash)
      guard last.height >= node.oldestBlock || last.height + 1 == node.oldestBlock else {
        throw RPCError(.outOfRange, "the lowest block kept is \(node.oldestBlock)")
      }
      let known = try await ask { (node) throws(NodeFailure) in
        last.height <= node.head.number ? try node.hash(ofNumber: last.height) : nil
      }
      if known == hash { return last.height + 1 }
      guard last.height > 0 else {
        throw RPCError(.outOfRange, "the block is another chain's first one")
      }
      // The caller's branch ended here: it goes back one block and asks again.
      try await responses.write(.with { $0.removed = last })
      return min(last.height, head + 1)
    }
  }

  public func watchPendingTransactions(
    _ request: Gensyn_Chain_V1.WatchPendingTransactionsRequest,
    to responses: ResponseWriter<Gensyn_Chain_V1.WatchPendingTransactionsResponse>,
    in call: ServerCall
  ) async throws {
    var wanted: Set<Address> = []
    for address in request.addresses {
      wanted.insert(try Address(chain: "addresses", address))
    }
    for try await element in node.watchPending() {
      switch element {
      case .missed(let count):
        throw RPCError(.resourceExhausted, "\(count) transactions passed unread")
      case .hashes(let hashes):
        for hash in hashes {
          // What is in a block already has left the pool.
          guard let pooled = node.pooledTransaction(hash) else { continue }
          let target = pooled.transaction.to
          guard
            wanted.isEmpty || wanted.contains(pooled.sender)
              || target.map({ wanted.contains($0) }) == true
          else { continue }
          try await responses.write(
            .with { $0.transaction = Gensyn_Chain_V1.PendingTransaction(pooled, isQueued: false) })
        }
      }
    }
    throw RPCError(NodeFailure.closed)
  }

  public func listLogs(
    _ request: Gensyn_Chain_V1.ListLogsRequest, in call: ServerCall
  ) async throws -> Gensyn_Chain_V1.ListLogsResponse {
    let filter = try LogFilter(request.filter)
    let size = try Self.pageSize(request.pageSize)
    let first = try await height(request.hasFromBlock ? request.fromBlock : nil, "from_block") ?? 0
    let last =
      try await height(request.hasToBlock ? request.toBlock : nil, "to_block") ?? node.head.number
    let token = try Self.numbers(in: request.pageToken, count: 2)
    let start = max(token?[0] ?? first, first)
    let skipped = token?[1] ?? 0
    guard start <= last else { return .init() }
    let most = node.configuration.queries.logBlocksMax
    let end = last - start >= most ? start + most - 1 : last
    let found = try await ask { (node) throws(NodeFailure) in
      try node.logs(filter, from: start, to: end)
    }
    var logs: [Gensyn_Chain_V1.Log] = []
    var next: String?
    for log in found where log.blockNumber > start || UInt64(log.logIndex) >= skipped {
      if logs.count == size {
        next = "\(log.blockNumber).\(log.logIndex)"
        break
      }
      logs.append(Gensyn_Chain_V1.Log(log))
    }
    if next == nil, end < last { next = "\(end + 1).0" }
    return .with {
      $0.logs = logs
      $0.nextPageToken = next ?? ""
    }
  }

  private func height(
    _ reference: Gensyn_Chain_V1.BlockReference?, _ field: String
  ) async throws -> UInt64? {
    guard let reference else { return nil }
    let wanted = try BlockReference(reference, field: field)
    if case .number(let number) = wanted { return min(number, node.head.number) }
    return try await block(wanted).number
  }

  public func watchLogs(
    _ request: Gensyn_Chain_V1.WatchLogsRequest,
    to responses: ResponseWriter<Gensyn_Chain_V1.WatchLogsResponse>, in call: ServerCall
  ) async throws {
    let filter = try LogFilter(request.filter)
    var start: UInt64?
    switch request.start {
    case nil: break
    case .fromHeight(let height)?: start = height
    case .cursor(let cursor)?:
      guard let height = UInt64(cursor) else {
        throw RPCError(chainField: "cursor", "is not from such a stream")
      }
      start = height
    }
    if let start, start < node.oldestBlock || start > node.head.number + 1 {
      throw RPCError(
        .outOfRange, "the height must be from \(node.oldestBlock) to \(node.head.number + 1)")
    }
    var silent = 0
    var sent = SentBlocks()
    for try await event in node.watchBlocks(from: start) {
      switch event {
      case .sealed(let block):
        let logs = block.logs(filter)
        if !logs.isEmpty { sent.append(block) }
        silent += 1
        // Now and then without logs, so that the cursor moves on.
        guard !logs.isEmpty || silent >= Self.silentBlocksMax else { continue }
        silent = 0
        try await responses.write(
          .with {
            $0.logs = logs.map { Gensyn_Chain_V1.Log($0) }
            $0.block = Gensyn_Chain_V1.BlockId(block)
            $0.cursor = "\(block.number + 1)"
          })
      case .reverted(let number):
        let removed = sent.takeBack(to: number)
        try await responses.write(
          .with {
            $0.logs = removed.flatMap { block in
              block.logs(filter).reversed().map { Gensyn_Chain_V1.Log($0, removed: true) }
            }
            $0.cursor = "\(number + 1)"
          })
      }
    }
    throw RPCError(NodeFailure.closed)
  }

  private static let silentBlocksMax = 64
}

/// The latest blocks that a stream has sent, to take them back with.
private struct SentBlocks {
  private static let countMax = 256

  private var blocks: [SealedBlock] = []

  mutating func append(_ block: SealedBlock) {
    blocks.append(block)
    if blocks.count > Self.countMax { blocks.removeFirst() }
  }

  /// Those above a number, the newest first.
  mutating func takeBack(to number: UInt64) -> [SealedBlock] {
    let removed = blocks.filter { $0.number > number }
    blocks.removeAll { $0.number > number }
    return removed.reversed()
  }
}
