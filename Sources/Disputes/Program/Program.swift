public import Primitives
public import Receipts

/// What each step of a computation must record: which operators, in which versions, and what goes
/// into them. It follows from the model, and a trace is held against it.
///
/// All steps are alike; a generation's or a training's steps read what the step before left.
public struct Program: Hashable, Sendable {
  /// The most entries of a step, and the most inputs and constants.
  public static let entryCountMax = 1 << 20
  /// The most inputs or outputs of one entry: a record with more has no place in a referee's form.
  public static let tensorCountMax = 256

  /// What the computation is given, in the order in which a receipt's input root has it.
  public let inputs: [Input]
  /// What the model brings.
  public let constants: [NamedCommitment]
  public let entries: [Entry]
  /// What the computation gives, in the order in which a receipt's output root has it.
  public let outputs: [Output]
  /// What is hashed around nodes and constants; see ``modelRoot``.
  public let frame: Frame

  /// How a receipt's model root is made.
  public enum Frame: Hashable, Sendable {
    /// Of a graph: the tree over the tree of `header` and the nodes, and the tree of the constants.
    case graph(header: Digest)
    /// Of a file of tensors: the tree over `header` and the constants.
    case file(header: Digest)
  }

  public struct Input: Hashable, Sendable {
    public let name: String
    /// The model's own value, where the input may be left out.
    public let standard: Digest?

    public init(name: String, standard: Digest? = nil) {
      self.name = name
      self.standard = standard
    }
  }

  public struct Output: Hashable, Sendable {
    public let name: String
    public let source: Source

    public init(name: String, source: Source) {
      self.name = name
      self.source = source
    }
  }

  /// One record of each step.
  public struct Entry: Hashable, Sendable {
    /// The node's number in the graph.
    public let node: UInt64
    public let nodeHash: Digest
    /// Domain and name, such as `ai.onnx.Add`.
    public let operatorName: String
    public let semanticsVersion: String
    public let inputs: [Source]
    public let outputCount: Int

    public init(
      node: UInt64, nodeHash: Digest, operatorName: String, semanticsVersion: String,
      inputs: [Source], outputCount: Int
    ) {
      self.node = node
      self.nodeHash = nodeHash
      self.operatorName = operatorName
      self.semanticsVersion = semanticsVersion
      self.inputs = inputs
      self.outputCount = outputCount
    }
  }

  /// Where a tensor comes from.
  public enum Source: Hashable, Sendable {
    /// An optional input that is left out: ``TensorCommitment/absent``.
    case absent
    case input(Int)
    case constant(Int)
    /// An output of an earlier entry of the same step.
    case output(entry: Int, index: Int)
    /// An output of an entry of the step before; in the first step one of the inputs.
    case carried(entry: Int, index: Int, first: Int)
  }

  /// The model root of the receipts that it belongs to. Only for a program of single nodes: a coarser
  /// one does not name them.
  public var modelRoot: Digest {
    switch frame {
    case .graph(let header):
      let nodes = entries.indices.filter { index in
        index == 0 || entries[index].node != entries[index - 1].node
      }
      return MerkleTree([
        MerkleTree([header] + nodes.map { entries[$0].nodeHash }).root,
        MerkleTree(constants.map(\.digest)).root,
      ]).root
    case .file(let header): return MerkleTree([header] + constants.map(\.digest)).root
    }
  }

  /// - Throws: what makes it no program, such as an entry that reads a later one.
  public init(
    inputs: [Input], constants: [NamedCommitment], entries: [Entry], outputs: [Output],
    frame: Frame
  ) throws(Malformed) {
    self.frame = frame
    self.inputs = inputs
    self.constants = constants
    self.entries = entries
    self.outputs = outputs
    try check()
  }

  public enum Malformed: Error, Hashable, Sendable {
    /// More of something than a program may have, or no entry at all.
    case count
    /// Something reads what there is not, or not yet.
    case source
    case form
  }

  private func check() throws(Malformed) {
    guard !entries.isEmpty, entries.count <= Self.entryCountMax,
      inputs.count <= Self.entryCountMax, constants.count <= Self.entryCountMax,
      outputs.count <= Self.entryCountMax
    else { throw .count }
    for (place, entry) in entries.enumerated() {
      guard entry.inputs.count <= Self.tensorCountMax,
        0...Self.tensorCountMax ~= entry.outputCount
      else { throw .count }
      for source in entry.inputs { try check(source, before: place) }
    }
    for output in outputs { try check(output.source, before: entries.count) }
  }

  private func check(_ source: Source, before place: Int) throws(Malformed) {
    let isKnown =
      switch source {
      case .absent: true
      case .input(let index): inputs.indices.contains(index)
      case .constant(let index): constants.indices.contains(index)
      case .output(let entry, let index):
        0..<place ~= entry && 0..<entries[entry].outputCount ~= index
      case .carried(let entry, let index, let first):
        entries.indices.contains(entry) && 0..<entries[entry].outputCount ~= index
          && inputs.indices.contains(first)
      }
    guard isKnown else { throw .source }
  }
}

extension TensorCommitment {
  /// What stands for an optional input that is left out: nothing of no type.
  public static let absent = TensorCommitment(
    dataType: 0, dimensions: [], content: BLAKE3.hash([]))
}
