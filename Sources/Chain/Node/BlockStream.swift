internal import EVM
public import Primitives
internal import Synchronization

/// What happened to the chain.
public enum BlockEvent: Sendable {
  case sealed(SealedBlock)
  /// Blocks above this number are part of the chain no more.
  case reverted(to: UInt64)
}

/// The chain's blocks from a number on, the past ones first and then each new one.
///
/// A reader holds a place in the chain and no queue: one that is slow catches up from the stored blocks,
/// and one that comes back goes on from the number where it was. It ends when the node closes.
public struct BlockStream: AsyncSequence, Sendable {
  let node: Node
  let start: UInt64

  public func makeAsyncIterator() -> Iterator {
    Iterator(node: node, next: start)
  }

  public struct Iterator: AsyncIteratorProtocol {
    /// Hashes that a reader remembers, to find out where a reverted chain forks off.
    private static let remembered = 256

    private let node: Node
    private var next: UInt64
    /// Of the latest blocks that came out, up to `next`.
    private var hashes: [Digest] = []

    init(node: Node, next: UInt64) {
      self.node = node
      self.next = next
    }

    public mutating func next() async throws -> BlockEvent? {
      while !Task.isCancelled {
        let rings = node.heads.rings
        if let number = try forkBelow() {
          hashes.removeLast(Swift.min(hashes.count, Int(next - 1 - number)))
          next = number + 1
          return .reverted(to: number)
        }
        if next <= node.head.number, let block = try node.block(.number(next)) {
          hashes.append(block.hash)
          if hashes.count > Self.remembered { hashes.removeFirst() }
          next += 1
          return .sealed(block)
        }
        if node.heads.isClosed { return nil }
        await node.heads.wait(past: rings)
      }
      throw CancellationError()
    }

    /// Where the chain forks off from what came out, if it does.
    private func forkBelow() throws -> UInt64? {
      guard let last = hashes.last, next > 0 else { return nil }
      if try node.hash(ofNumber: next - 1) == last { return nil }
      var number = next - 1
      for hash in hashes.reversed() {
        if try node.hash(ofNumber: number) == hash { return number }
        guard number > 0 else { break }
        number -= 1
      }
      return number
    }
  }
}

/// Hashes of transactions that became able to run.
public struct PendingStream: AsyncSequence, Sendable {
  public enum Element: Sendable {
    case hashes([Digest])
    /// So many were missed, because the reader was too far behind.
    case missed(UInt64)
  }

  let node: Node
  let start: UInt64

  public func makeAsyncIterator() -> Iterator {
    Iterator(node: node, position: start)
  }

  public struct Iterator: AsyncIteratorProtocol {
    let node: Node
    var position: UInt64

    public mutating func next() async throws -> Element? {
      while !Task.isCancelled {
        let rings = node.arrivals.rings
        let (hashes, end) = node.pendingHashes(from: position)
        let missed = end - position - Swift.min(UInt64(hashes.count), end - position)
        if missed > 0 {
          position += missed
          return .missed(missed)
        }
        position = end
        if !hashes.isEmpty { return .hashes(hashes) }
        if node.arrivals.isClosed { return nil }
        await node.arrivals.wait(past: rings)
      }
      throw CancellationError()
    }
  }
}

extension Node {
  /// Blocks from a number on; from the next one where there is none.
  public func watchBlocks(from number: UInt64? = nil) -> BlockStream {
    BlockStream(node: self, start: number ?? head.number &+ 1)
  }

  /// Transactions that become able to run from now on, or from a place that ``pendingHashes(from:)`` gave.
  public func watchPending(from position: UInt64? = nil) -> PendingStream {
    let latest = pendingPosition
    return PendingStream(node: self, start: min(position ?? latest, latest))
  }

  /// What became able to run from a place on, and the place to go on from. For who asks now and then.
  public func pendingHashes(from position: UInt64) -> (hashes: [Digest], next: UInt64) {
    pool.withLock { $0.announcements(from: position) }
  }

  /// The place of the next transaction that becomes able to run.
  public var pendingPosition: UInt64 { pool.withLock { $0.announcementCount } }

  /// The hash of the chain's block with a number; nil where there is none.
  public func hash(ofNumber number: UInt64) throws(NodeFailure) -> Digest? {
    let (head, _) = index.headState
    if number == head.number { return head.hash }
    do throws(StateFailure) {
      return try index.hash(ofNumber: number, before: head.header)
    } catch {
      throw NodeFailure(error)
    }
  }
}
