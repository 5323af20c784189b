internal import Chain
internal import EVM
internal import Foundation
internal import Logging
internal import Primitives
internal import RPC
internal import RPCClient
internal import Schema
internal import SwiftProtobuf

/// Takes another gateway's blocks, runs and checks each, and so reaches the same roots.
final class ChainFollower: Sendable {
  private static let pauseMax = Duration.seconds(30)

  private let node: Chain.Node
  private let client: Gensyn_Chain_V1.ChainClient
  private let logger: Logger

  init(_ node: Chain.Node, address: String, logger: Logger) throws {
    self.node = node
    self.logger = logger
    do {
      client = Gensyn_Chain_V1.ChainClient(Client(transport: try Channel(address)))
    } catch {
      throw ConfigurationError("follow: \(error)")
    }
  }

  /// Follows until the task is cancelled; comes back after a pause when the way is lost.
  func run() async {
    var pause = Duration.milliseconds(100)
    while !Task.isCancelled {
      let before = node.head.number
      do {
        try await follow()
        return
      } catch is CancellationError {
        return
      } catch let failure as NodeFailure {
        if case .invalidBlock(.unknownParent(_)) = failure, stepBack() {
          logger.warning("the followed chain is another from block \(node.head.number) on")
          continue
        }
        // This node's rules do not take the block: asking again would not help.
        logger.error("cannot follow past block \(node.head.number): \(failure)")
        return
      } catch {
        logger.warning("the followed chain is out of reach: \(error)")
      }
      pause = node.head.number > before ? .milliseconds(100) : min(pause * 2, Self.pauseMax)
      guard (try? await Task.sleep(for: pause)) != nil else { return }
    }
  }

  /// Gives up the latest block, which the followed chain does not have; only a development chain can.
  private func stepBack() -> Bool {
    guard let development = node.development, node.head.number > 0 else { return false }
    do {
      try development.rollback(1)
      return true
    } catch {
      return false
    }
  }

  private func follow() async throws {
    let head = node.head
    let request = Gensyn_Chain_V1.WatchBlocksRequest.with {
      $0.detail = .encoded
      $0.after = .with {
        $0.height = head.number
        $0.hash = Data(head.hash.array)
      }
    }
    for try await response in client.watchBlocks(request) {
      switch response.change {
      case .added(let block)?: try node.importBlock([UInt8](block.encoded))
      case .removed(let block)?:
        // Only a development chain takes blocks back; one that cannot stops here.
        guard let development = node.development, block.height > 0 else {
          throw NodeFailure.unknownBlock(.number(block.height))
        }
        try development.rollback(node.head.number &- (block.height - 1))
      case .finality?, nil: break
      }
    }
  }
}
