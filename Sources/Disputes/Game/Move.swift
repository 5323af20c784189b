public import Primitives
public import Receipts

/// Who plays.
public enum Party: UInt64, Hashable, Sendable, CaseIterable {
  /// Signed the receipt, and proves.
  case prover = 1
  /// Doubts the receipt, and points.
  case challenger = 2

  public var other: Party { self == .prover ? .challenger : .prover }
}

/// What a player does in its turn.
///
/// The prover opens what it committed to, the challenger says where to go on: so nothing but the
/// prover's own claims can convict it.
public enum Move: Hashable, Sendable {
  // The prover's.
  /// The parts of the tree in doubt, four levels down.
  case parts([Digest])
  /// A step: its root, and the number of its records.
  case step(root: Digest, recordCount: UInt64)
  /// A record, with all of its tensors, inputs first.
  case record(TraceRecord, tensors: [TensorCommitment])
  /// The record that a tensor comes from.
  case origin(RecordOpening)
  /// All inputs of the computation.
  case inputs([NamedCommitment])
  /// All outputs of the computation, the records that they come from, in their order, and the inputs
  /// where one of them is passed on.
  case outputs([NamedCommitment], inputs: [NamedCommitment], origins: [RecordOpening])
  /// A chunk of the output.
  case chunk(BLAKE3.ChunkOpening)
  /// The sums of the blocks of a dot product.
  case sums([UInt32])
  /// The one or two chunks of each operand in which the numbers lie that are computed with.
  case operands([[BLAKE3.ChunkOpening]])
  /// What went into an operator that is computed as a whole: the elements of each of its inputs; of
  /// those that the model brings, and of those left out, nothing.
  case contents([[UInt8]])

  // The challenger's.
  /// Go on with this part.
  case choosePart(Int)
  /// This input is not what the program says.
  case doubtInput(Int)
  /// This output does not follow from the inputs.
  case doubtOutput(Int)
  /// This element, counted from the tensor's beginning, is wrong.
  case chooseElement(UInt64)
  /// This block's sum is wrong.
  case chooseBlock(Int)

  // Either's.
  /// Gives up.
  case concede
}
