internal import Primitives
internal import Receipts

// Down the trees: steps, records, and at last the chunks of an output.

extension Game {
  mutating func playTree(_ move: Move, _ tree: PartedTree, _ level: Level) throws(Illegal) {
    switch move {
    case .parts(let nodes):
      guard tree.leafCount > 1 else { throw .wrongMove }
      guard tree.isMade(of: nodes) else { throw .notCommitted }
      work.bytesOpened += nodes.count * Digest.byteCount
      go(to: .parts(tree, level, nodes), .challenger)
    case .step(let root, let recordCount):
      guard case .steps = level, tree.leafCount == 1 else { throw .wrongMove }
      try open(step: root, recordCount, tree)
    case .record(let record, let tensors):
      guard case .records = level, tree.leafCount == 1 else { throw .wrongMove }
      try open(record, tensors, tree)
    case .chunk(let opening):
      guard case .chunks(let record) = level, tree.leafCount == 1 else { throw .wrongMove }
      try open(opening, record, tree)
    default: throw .wrongMove
    }
  }

  mutating func playParts(
    _ move: Move, _ tree: PartedTree, _ level: Level, _ nodes: [Digest]
  ) throws(Illegal) {
    guard case .choosePart(let part) = move else { throw .wrongMove }
    guard nodes.indices.contains(part) else { throw .outOfRange }
    go(to: .tree(tree.part(part, node: nodes[part]), level), .prover)
  }

  private mutating func open(
    step root: Digest, _ recordCount: UInt64, _ tree: PartedTree
  ) throws(Illegal) {
    guard PartedTree.hash(leaf: root) == tree.node else { throw .notCommitted }
    work.bytesOpened += Digest.byteCount + 8
    place.step = tree.leaves.lowerBound
    guard recordCount == UInt64(terms.program.entries.count) else {
      return end(.prover, .otherProgram)
    }
    step = (tree.leaves.lowerBound, (root, recordCount))
    go(
      to: .tree(
        PartedTree(.digests, leaves: 0..<recordCount, of: recordCount, node: root), .records),
      .prover)
  }

  private mutating func open(
    _ record: TraceRecord, _ tensors: [TensorCommitment], _ tree: PartedTree
  ) throws(Illegal) {
    guard PartedTree.hash(leaf: record.digest) == tree.node,
      tensors.map(\.digest) == record.inputs + record.outputs
    else { throw .notCommitted }
    guard tensors.allSatisfy({ $0.dimensions.count <= Int(TensorCommitment.rankMax) }) else {
      throw .tooLarge
    }
    let form = record.form
    guard form.count <= TraceRecord.formByteCountMax else { throw .tooLarge }
    work.bytesOpened += form.count + tensors.reduce(0) { $0 + $1.form.count }
    place.record = tree.leaves.lowerBound
    let number = Int(tree.leaves.lowerBound)
    let entry = terms.program.entries[number]
    guard record.node == entry.node, record.nodeHash == entry.nodeHash,
      record.operatorName == entry.operatorName,
      record.semanticsVersion == entry.semanticsVersion,
      record.inputs.count == entry.inputs.count, record.outputs.count == entry.outputCount
    else { return end(.prover, .otherProgram) }
    // What the model brings needs no opening.
    for (index, source) in entry.inputs.enumerated() {
      let expected: Digest
      switch source {
      case .absent: expected = TensorCommitment.absent.digest
      case .constant(let constant): expected = terms.program.constants[constant].tensor
      case .input, .output, .carried: continue
      }
      guard record.inputs[index] == expected else {
        place.input = index
        return end(
          .prover, .otherInput, claimed: record.inputs[index].array, found: expected.array)
      }
    }
    go(
      to: .record(
        OpenedRecord(
          number: number, record: record,
          inputs: Array(tensors.prefix(record.inputs.count)),
          outputs: Array(tensors.dropFirst(record.inputs.count)))), .challenger)
  }

  private mutating func open(
    _ opening: BLAKE3.ChunkOpening, _ record: OpenedRecord, _ tree: PartedTree
  ) throws(Illegal) {
    let output = record.outputs[0]
    guard opening.index == tree.leaves.lowerBound, opening.byteCount == output.byteCount,
      opening.root == output.content
    else { throw .notCommitted }
    work.bytesOpened += opening.sizeBytes
    go(to: .chunk(record, opening), .challenger)
  }
}

extension BLAKE3.ChunkOpening {
  var sizeBytes: Int { 16 + data.count + siblings.count * Digest.byteCount }
}
