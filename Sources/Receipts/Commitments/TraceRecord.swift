public import Primitives

/// One entry of a trace: a node of the graph, or the result of a whole step, with what went in
/// and what came out.
///
/// A step's root is the ``MerkleTree`` over its records in the order of execution; a trace's root is
/// the tree over its steps' roots. How many records a step has is what the levels of a trace differ
/// in: its result alone, each layer, each node.
public struct TraceRecord: Hashable, Sendable {
  /// The node's number in the graph.
  public let node: UInt64
  /// The digest of the node's canonical form: operator, attributes and wiring.
  public let nodeHash: Digest
  /// The operator's domain and name.
  public let operatorName: String
  public let semanticsVersion: String
  /// The tensors' digests, in the operator's order.
  public let inputs: [Digest]
  public let outputs: [Digest]

  public init(
    node: UInt64, nodeHash: Digest, operatorName: String, semanticsVersion: String,
    inputs: [Digest], outputs: [Digest]
  ) {
    self.node = node
    self.nodeHash = nodeHash
    self.operatorName = operatorName
    self.semanticsVersion = semanticsVersion
    self.inputs = inputs
    self.outputs = outputs
  }

  public var digest: Digest { Domain.record.hash(form) }

  /// Deterministic CBOR: what ``digest`` is the hash of.
  public var form: [UInt8] {
    var writer = CBORWriter()
    writer.beginArray(6)
    writer.write(node)
    writer.write(nodeHash.array)
    writer.write(operatorName)
    writer.write(semanticsVersion)
    for list in [inputs, outputs] {
      writer.beginArray(list.count)
      for digest in list { writer.write(digest.array) }
    }
    return writer.bytes
  }
}

/// One record with its way to the trace's root.
public struct RecordOpening: Hashable, Sendable {
  public let record: TraceRecord
  /// From the record to its step's root.
  public let recordPath: MerklePath
  /// From the step to the trace's root.
  public let stepPath: MerklePath

  public init(record: TraceRecord, recordPath: MerklePath, stepPath: MerklePath) {
    self.record = record
    self.recordPath = recordPath
    self.stepPath = stepPath
  }

  /// The root of the trace that holds the record in this place, or nil if none can.
  public var root: Digest? {
    recordPath.root(of: record.digest).flatMap(stepPath.root)
  }
}

/// The commitment to a computation, made while it goes on.
public struct TraceBuilder: Sendable {
  private var steps = MerkleTree()
  private var records = MerkleTree()

  public init() {}

  public mutating func append(_ record: TraceRecord) {
    records.append(record.digest)
  }

  /// Ends a step and returns its root.
  @discardableResult
  public mutating func endStep() -> Digest {
    let root = records.root
    steps.append(root)
    records = MerkleTree()
    return root
  }

  public var stepCount: UInt64 { steps.leafCount }
  public var root: Digest { steps.root }
}
