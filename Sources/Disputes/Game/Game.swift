public import Primitives
public import Receipts

/// The game that finds the lie in a computation: a value whose only change is a legal move.
///
/// An illegal move changes nothing and costs only time: who makes none in time loses. All openings are
/// held against what the prover committed to, so an honest one, who can always answer, never loses.
public struct Game: Sendable {
  public let terms: Terms
  public internal(set) var phase: Phase
  /// Whose move it is; nil once there is a verdict.
  public internal(set) var turn: Party?
  /// The last moment in which a move counts, in microseconds since 1970.
  public private(set) var deadline: UInt64
  public private(set) var moveCount = 0
  var work = Verdict.Work()
  var place = Verdict.Place()
  /// What the prover committed to in the step where the search is.
  var step: (number: UInt64, root: StepRoot)?

  typealias StepRoot = (root: Digest, recordCount: UInt64)

  public enum Phase: Hashable, Sendable {
    /// The prover opens the outputs.
    case outputs
    /// The prover opens a tree, or its leaf.
    case tree(PartedTree, Level)
    /// The challenger chooses one of the parts.
    case parts(PartedTree, Level, [Digest])
    /// The challenger says what is wrong about a record.
    case record(OpenedRecord)
    /// The prover shows where an input comes from.
    case source(OpenedRecord, input: Int)
    /// The challenger names an element of a chunk.
    case chunk(OpenedRecord, BLAKE3.ChunkOpening)
    /// The prover proves an element, by its operands or the sums of its blocks.
    case element(OpenedRecord, UInt64, claimed: [UInt8])
    /// The challenger names a block.
    case sums(OpenedRecord, UInt64, [UInt32])
    /// The prover proves a block.
    case block(OpenedRecord, UInt64, [UInt32], Int)
    /// The prover opens what went into an operator that is computed as a whole.
    case contents(OpenedRecord)
    case decided(Verdict)
  }

  /// What the leaves of a tree are.
  public indirect enum Level: Hashable, Sendable {
    case steps
    case records
    case chunks(OpenedRecord)
  }

  /// A record in which the search has come to its end.
  public struct OpenedRecord: Hashable, Sendable {
    public let number: Int
    public let record: TraceRecord
    public let inputs: [TensorCommitment]
    public let outputs: [TensorCommitment]

    var judgement: Judgement {
      Judgement(record.operatorName, inputs: inputs, outputs: outputs)
    }
  }

  public init(_ terms: Terms, at time: UInt64) {
    self.terms = terms
    turn = .prover
    deadline = time.addingReportingOverflow(terms.moveTime).overflow ? .max : time + terms.moveTime
    phase =
      switch terms.doubt {
      case .outputs: .outputs
      case .trace:
        .tree(
          PartedTree(
            .digests, leaves: 0..<terms.receipt.receipt.stepCount,
            of: terms.receipt.receipt.stepCount, node: terms.traceRoot), .steps)
      }
  }

  public var verdict: Verdict? {
    if case .decided(let verdict) = phase { verdict } else { nil }
  }

  /// Why a move changes nothing.
  public enum Illegal: Error, Hashable, Sendable {
    case notYourTurn
    case tooLate
    /// The phase asks for another kind of move.
    case wrongMove
    /// It is not what was committed to.
    case notCommitted
    /// There is no such part, input, output, element or block.
    case outOfRange
    /// More bytes than a move may bring.
    case tooLarge
    /// The operator must be computed as a whole, and nobody here can.
    case noJudge
  }

  /// Makes a move.
  ///
  /// - Parameters:
  ///   - time: When it came, in microseconds since 1970.
  ///   - judge: Computes operators as a whole; without one such a move is ``Illegal/noJudge``.
  public mutating func play(
    _ move: Move, by party: Party, at time: UInt64, judge: (any OperatorJudge)? = nil
  ) throws(Illegal) {
    guard party == turn else { throw .notYourTurn }
    guard time <= deadline else { throw .tooLate }
    var next = self
    try next.apply(move, by: party, judge)
    next.moveCount += 1
    if case .decided(let verdict) = next.phase {
      next.phase = .decided(verdict.counting(moves: next.moveCount, next.work))
      next.turn = nil
    } else {
      let (sum, overflow) = time.addingReportingOverflow(terms.moveTime)
      next.deadline = overflow ? .max : sum
    }
    self = next
  }

  /// Ends the game if its time has passed; says whether it has ended.
  public mutating func expire(at time: UInt64) -> Bool {
    guard let turn, time > deadline else { return verdict != nil }
    end(turn, .timeout)
    if let verdict { phase = .decided(verdict.counting(moves: moveCount, work)) }
    self.turn = nil
    return true
  }

  private mutating func apply(
    _ move: Move, by party: Party, _ judge: (any OperatorJudge)?
  ) throws(Illegal) {
    if move == .concede { return end(party, .conceded) }
    switch phase {
    case .outputs: try playOutputs(move)
    case .tree(let tree, let level): try playTree(move, tree, level)
    case .parts(let tree, let level, let nodes): try playParts(move, tree, level, nodes)
    case .record(let record): try playRecord(move, record)
    case .source(let record, let input): try playSource(move, record, input)
    case .chunk(let record, let chunk): try playChunk(move, record, chunk)
    case .element(let record, let element, let claimed):
      try playElement(move, record, element, claimed)
    case .sums(let record, let element, let sums): try playSums(move, record, element, sums)
    case .block(let record, let element, let sums, let block):
      try playBlock(move, record, element, sums, block)
    case .contents(let record): try playContents(move, record, judge)
    case .decided: throw .notYourTurn
    }
  }

  mutating func go(to phase: Phase, _ party: Party) {
    self.phase = phase
    turn = party
  }

  mutating func end(
    _ loser: Party, _ reason: Verdict.Reason, claimed: [UInt8] = [], found: [UInt8] = []
  ) {
    phase = .decided(
      Verdict(
        loser: loser, reason: reason, place: place, claimed: claimed, found: found, moveCount: 0,
        work: work))
  }
}

extension Verdict {
  fileprivate func counting(moves: Int, _ work: Work) -> Verdict {
    Verdict(
      loser: loser, reason: reason, place: place, claimed: claimed, found: found,
      moveCount: moves, work: work)
  }
}
