public import Primitives
public import Receipts

/// A computation that someone can open every part of: what a player plays from.
public protocol TraceSource: Sendable {
  var stepCount: UInt64 { get }
  var inputs: [NamedCommitment] { get }
  var outputs: [NamedCommitment] { get }
  /// The records of one step.
  func records(ofStep step: UInt64) throws -> [TraceRecord]
  /// The tensors of one record, inputs first, as far as its records commit to them.
  func tensors(ofRecord record: Int, step: UInt64) throws -> [OpenTensor]
}

/// A tensor with its elements.
public struct OpenTensor: Hashable, Sendable {
  public let commitment: TensorCommitment
  /// As they are hashed; nothing for those that nobody opens.
  public let content: [UInt8]

  public init(_ commitment: TensorCommitment, _ content: [UInt8]) {
    self.commitment = commitment
    self.content = content
  }

  /// A tensor by its elements.
  public init(dataType: UInt8, dimensions: [UInt64], content: [UInt8]) {
    self.init(
      TensorCommitment(
        dataType: dataType, dimensions: dimensions, content: BLAKE3.hash(content)), content)
  }

  public static let absent = OpenTensor(.absent, [])
}

extension TraceSource {
  public func stepRoots() throws -> [Digest] {
    try (0..<stepCount).map { MerkleTree(try records(ofStep: $0).map(\.digest)).root }
  }

  /// The trace's root.
  public func root() throws -> Digest { MerkleTree(try stepRoots()).root }

  /// One record with its way to the root; nil where there is none.
  public func opening(ofRecord record: Int, step: UInt64) throws -> RecordOpening? {
    guard step < stepCount else { return nil }
    let records = try records(ofStep: step)
    guard let recordPath = MerklePath(to: record, in: records.map(\.digest)),
      let stepPath = MerklePath(to: Int(step), in: try stepRoots())
    else { return nil }
    return RecordOpening(record: records[record], recordPath: recordPath, stepPath: stepPath)
  }
}
