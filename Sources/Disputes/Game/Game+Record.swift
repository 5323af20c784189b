internal import Primitives
internal import Receipts

// What is wrong about a record, and where its inputs come from.

extension Game {
  mutating func playRecord(_ move: Move, _ record: OpenedRecord) throws(Illegal) {
    switch move {
    case .doubtInput(let index):
      let sources = terms.program.entries[record.number].inputs
      guard sources.indices.contains(index) else { throw .outOfRange }
      place.input = index
      switch sources[index] {
      // They were compared when the record was opened.
      case .absent, .constant: end(.challenger, .otherInput)
      case .input, .output, .carried: go(to: .source(record, input: index), .prover)
      }
    case .doubtOutput(let index):
      guard record.outputs.indices.contains(index) else { throw .outOfRange }
      place.output = index
      switch record.judgement {
      case .impossible: end(.prover, .impossible)
      case .whole:
        guard canBeOpened(record) else { return end(.challenger, .notJudged) }
        go(to: .contents(record), .prover)
      case .elements, .product:
        let output = record.outputs[index]
        let count = BLAKE3.chunkCount(ofByteCount: output.byteCount)
        go(
          to: .tree(
            PartedTree(.content, leaves: 0..<count, of: count, node: output.content),
            .chunks(record)), .prover)
      }
    default: throw .wrongMove
    }
  }

  /// Whether what went into an operator is few enough bytes to be opened; texts, and what is no tensor,
  /// are not.
  private func canBeOpened(_ record: OpenedRecord) -> Bool {
    var total: UInt64 = 0
    for (source, input) in zip(terms.program.entries[record.number].inputs, record.inputs) {
      switch source {
      case .absent, .constant: continue
      case .input, .output, .carried:
        guard input != .absent else { continue }
        guard let size = input.openedByteCount else { return false }
        total += size
      }
      guard total <= UInt64(Self.contentsByteCountMax) else { return false }
    }
    return true
  }

  mutating func playSource(
    _ move: Move, _ record: OpenedRecord, _ input: Int
  ) throws(Illegal) {
    let source = terms.program.entries[record.number].inputs[input]
    let found: Digest
    switch (move, source) {
    case (.inputs(let named), .input(let index)):
      found = try digest(ofInput: index, in: named)
    case (.inputs(let named), .carried(_, _, let first)) where step?.number == 0:
      found = try digest(ofInput: first, in: named)
    case (.origin(let opening), .output(let entry, let index)):
      found = try digest(of: opening, step: step?.number ?? 0, entry, index)
    case (.origin(let opening), .carried(let entry, let index, _)):
      guard let number = step?.number, number > 0 else { throw .wrongMove }
      found = try digest(of: opening, step: number - 1, entry, index)
    default: throw .wrongMove
    }
    let claimed = record.record.inputs[input]
    end(
      claimed == found ? .challenger : .prover, .otherInput, claimed: claimed.array,
      found: found.array)
  }

  /// The digest of an input, by all inputs, which must be the receipt's.
  private mutating func digest(
    ofInput index: Int, in named: [NamedCommitment]
  ) throws(Illegal) -> Digest {
    guard named.count <= terms.program.inputs.count else { throw .outOfRange }
    guard NamedCommitment.root(of: named) == terms.receipt.receipt.inputRoot else {
      throw .notCommitted
    }
    work.bytesOpened += named.reduce(0) { $0 + $1.name.utf8.count + Digest.byteCount }
    let input = terms.program.inputs[index]
    return named.first { $0.name == input.name }?.tensor ?? input.standard
      ?? TensorCommitment.absent.digest
  }

  /// An output of a record that is opened in a certain place of the trace.
  private mutating func digest(
    of opening: RecordOpening, step number: UInt64, _ entry: Int, _ index: Int
  ) throws(Illegal) -> Digest {
    guard opening.stepPath.index == number, opening.recordPath.index == UInt64(entry),
      opening.stepPath.leafCount == terms.receipt.receipt.stepCount,
      opening.recordPath.leafCount == UInt64(terms.program.entries.count),
      opening.root == terms.traceRoot
    else { throw .notCommitted }
    work.bytesOpened +=
      opening.record.form.count
      + (opening.recordPath.siblings.count + opening.stepPath.siblings.count) * Digest.byteCount
    // A record without such an output is not the program's.
    guard opening.record.outputs.indices.contains(index) else { return BLAKE3.hash([]) }
    return opening.record.outputs[index]
  }

  /// The outputs of the receipt against those of the trace's last step.
  mutating func playOutputs(_ move: Move) throws(Illegal) {
    guard case .outputs(let named, let inputs, let origins) = move else { throw .wrongMove }
    let receipt = terms.receipt.receipt
    guard NamedCommitment.root(of: named) == receipt.outputRoot else { throw .notCommitted }
    work.bytesOpened += named.reduce(0) { $0 + $1.name.utf8.count + Digest.byteCount }
    var rest = origins[...]
    for (index, claim) in named.enumerated() {
      place.output = index
      // A run may have been asked for some of its outputs alone.
      guard let output = terms.program.outputs.first(where: { $0.name == claim.name }) else {
        return end(.prover, .otherOutput, claimed: claim.tensor.array)
      }
      let found: Digest
      switch output.source {
      case .output(let entry, let index), .carried(let entry, let index, _):
        guard let opening = rest.popFirst() else { throw .wrongMove }
        found = try digest(of: opening, step: receipt.stepCount - 1, entry, index)
      case .constant(let constant): found = terms.program.constants[constant].tensor
      case .absent: found = TensorCommitment.absent.digest
      case .input(let index): found = try digest(ofInput: index, in: inputs)
      }
      guard claim.tensor == found else {
        return end(
          .prover, .otherOutput, claimed: claim.tensor.array, found: found.array)
      }
    }
    guard rest.isEmpty else { throw .wrongMove }
    place.output = nil
    end(.challenger, .otherOutput)
  }
}
