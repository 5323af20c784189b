public import GensynClient
public import Primitives

/// What a job's work came to.
public struct ComputedWork: Sendable {
  /// What is stated, to be signed by whoever computed it.
  public var receipt: Receipt
  public var outputs: [(name: String, mediaType: String, bytes: [UInt8])]

  public init(receipt: Receipt, outputs: [(name: String, mediaType: String, bytes: [UInt8])]) {
    self.receipt = receipt
    self.outputs = outputs
  }

  /// What the escrow is told and verifiers must come to: the trace, or the outputs without one.
  public var root: Digest { receipt.traceRoot ?? receipt.outputRoot }
}

/// Why a job's work cannot be done.
public struct WorkFailure: Error, CustomStringConvertible {
  public let description: String
  /// True if it would fail everywhere.
  public let isPermanent: Bool

  public init(_ description: String, isPermanent: Bool) {
    self.description = description
    self.isPermanent = isPermanent
  }
}

/// What computes: on a machine's behalf, behind walls.
public protocol Computer: Sendable {
  /// - Throws: ``WorkFailure``.
  func compute(_ job: Gensyn_Market_V1.Job, nonce: [UInt8]) async throws -> ComputedWork
}
