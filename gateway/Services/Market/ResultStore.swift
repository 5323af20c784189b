public import Primitives

/// Where the results of jobs lie: the node's store of artifacts.
public protocol ResultStore: Sendable {
  /// The artifact's size in bytes; nil where there is none.
  func size(of artifact: Digest) async throws -> UInt64?
  /// At most `count` bytes from an offset on.
  func read(_ artifact: Digest, at offset: UInt64, count: Int) async throws -> [UInt8]
}
