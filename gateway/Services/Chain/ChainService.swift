public import Chain
internal import EVM
internal import Foundation
internal import Primitives
public import RPC
public import Schema
internal import SwiftProtobuf

/// `gensyn.chain.v1.ChainService`: a chain's node for typed callers.
public struct ChainService: Gensyn_Chain_V1.ChainService {
  /// How many entries a list returns where the caller does not say, and at most.
  static let pageSizeDefault = 100
  static let pageSizeMax = 1000
  /// Storage entries of one account or proof.
  static let storageKeysMax = 1024

  let node: Node
  let workers: DiskExecutor
  private let clientVersion: String

  public init(_ node: Node, workers: DiskExecutor, clientVersion: String) {
    self.node = node
    self.workers = workers
    self.clientVersion = clientVersion
  }

  /// Asks the node on a thread that may wait for it.
  func ask<Value: Sendable>(
    _ body: @Sendable (Node) throws(NodeFailure) -> Value
  ) async throws -> Value {
    do {
      return try await workers.run { () throws(NodeFailure) in try body(node) }
    } catch {
      throw RPCError(error)
    }
  }

  /// A block that must be there.
  func block(_ reference: Chain.BlockReference) async throws -> SealedBlock {
    let block = try await ask { (node) throws(NodeFailure) in try node.block(reference) }
    guard let block else { throw RPCError(NodeFailure.unknownBlock(reference)) }
    return block
  }

  func finality(_ number: UInt64) -> Gensyn_Chain_V1.Finality {
    if let finalized = try? node.number(of: .finalized), number <= finalized { return .finalized }
    if let safe = try? node.number(of: .safe), number <= safe { return .safe }
    return .sealed
  }

  static func pageSize(_ wanted: Int32) throws(RPCError) -> Int {
    guard wanted >= 0 else { throw RPCError(chainField: "page_size", "must not be negative") }
    return wanted == 0 ? pageSizeDefault : min(Int(wanted), pageSizeMax)
  }

  /// A page token is a number, or two of them, in decimal digits.
  static func numbers(in token: String, count: Int) throws(RPCError) -> [UInt64]? {
    guard !token.isEmpty else { return nil }
    let numbers = token.split(separator: ".").compactMap { UInt64($0) }
    guard numbers.count == count else {
      throw RPCError(chainField: "page_token", "is not from such a list")
    }
    return numbers
  }

  // MARK: The chain and its blocks

  public func getChain(
    _ request: Gensyn_Chain_V1.GetChainRequest, in call: ServerCall
  ) async throws -> Gensyn_Chain_V1.GetChainResponse {
    let genesis = try await ask { (node) throws(NodeFailure) in try node.hash(ofNumber: 0) }
    return .with { response in
      response.chainID = U256(node.chainID).wire
      response.genesisHash = genesis?.wire ?? Data()
      response.forks = node.rules.activations.sorted { $0.key < $1.key }.map { fork, start in
        .with {
          $0.name = "\(fork)"
          switch start {
          case .block(let height): $0.height = height
          case .time(let time):
            $0.time = Google_Protobuf_Timestamp(seconds: Int64(clamping: time))
          }
        }
      }
      response.earliestHeight = node.oldestBlock
      response.earliestStateHeight = node.oldestBlock
      response.clientVersion = clientVersion
      response.development = node.configuration.isDevelopment
      if case .interval(let interval) = node.configuration.sealing {
        response.blockInterval = Google_Protobuf_Duration(
          seconds: interval.components.seconds,
          nanos: Int32(interval.components.attoseconds / 1_000_000_000))
      }
    }
  }

  public func getHead(
    _ request: Gensyn_Chain_V1.GetHeadRequest, in call: ServerCall
  ) async throws -> Gensyn_Chain_V1.GetHeadResponse {
    let head = node.head
    let (safe, finalized) = try await ask { (node) throws(NodeFailure) in
      (try node.block(.safe), try node.block(.finalized))
    }
    return .with {
      $0.latest = Gensyn_Chain_V1.Header(head.header, hash: head.hash)
      if let safe { $0.safe = Gensyn_Chain_V1.BlockId(safe) }
      if let finalized { $0.finalized = Gensyn_Chain_V1.BlockId(finalized) }
    }
  }

  public func getBlock(
    _ request: Gensyn_Chain_V1.GetBlockRequest, in call: ServerCall
  ) async throws -> Gensyn_Chain_V1.GetBlockResponse {
    let found = try await block(try BlockReference(request.block, field: "block"))
    return .with {
      $0.block = Gensyn_Chain_V1.Block(
        found, request.detail, finality: finality(found.number))
    }
  }

  public func listBlocks(
    _ request: Gensyn_Chain_V1.ListBlocksRequest, in call: ServerCall
  ) async throws -> Gensyn_Chain_V1.ListBlocksResponse {
    let size = try Self.pageSize(request.pageSize)
    let head = node.head.number
    let lowest = max(request.fromHeight, node.oldestBlock)
    let highest = request.hasToHeight ? min(request.toHeight, head) : head
    guard lowest <= highest else { return .init() }
    let token = try Self.numbers(in: request.pageToken, count: 1)?.first
    let start = min(max(token ?? (request.descending ? highest : lowest), lowest), highest)
    let span = UInt64(size - 1)
    let numbers =
      request.descending
      ? start - min(span, start - lowest)...start : start...start + min(span, highest - start)
    var blocks: [Gensyn_Chain_V1.Block] = []
    for number in numbers {
      let found = try await block(.number(number))
      blocks.append(.init(found, request.detail, finality: finality(number)))
    }
    return .with {
      $0.blocks = request.descending ? blocks.reversed() : blocks
      if request.descending, numbers.lowerBound > lowest {
        $0.nextPageToken = "\(numbers.lowerBound - 1)"
      } else if !request.descending, numbers.upperBound < highest {
        $0.nextPageToken = "\(numbers.upperBound + 1)"
      }
    }
  }
}
