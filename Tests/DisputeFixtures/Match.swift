public import Disputes
internal import Primitives
public import Receipts
public import Sodium

/// Plays disputes from beginning to end, with signatures, in time that passes as it is told to.
public struct Match: Sendable {
  public var transcript: Transcript
  public private(set) var time: UInt64
  public let judge: any OperatorJudge
  private let proverSeed: [UInt8]
  private let challengerSeed: [UInt8]

  public static let moveTime: UInt64 = 1_000_000

  public static func key(_ seed: [UInt8]) -> Ed25519.SecretKey {
    Ed25519.SecretKey(seed: seed.span) ?? Ed25519.SecretKey()
  }

  public static let proverSeed = [UInt8](repeating: 7, count: 32)
  public static let challengerSeed = [UInt8](repeating: 8, count: 32)

  public init(
    _ receipt: SignedReceipt, _ program: Program, doubt: Terms.Doubt, judge: any OperatorJudge,
    nonce: UInt8 = 0
  ) throws {
    proverSeed = Self.proverSeed
    challengerSeed = Self.challengerSeed
    self.judge = judge
    time = 1_795_000_001_000_000
    transcript = Transcript(
      try Terms(
        receipt: receipt, program: program, challenger: Self.key(challengerSeed).publicKey,
        doubt: doubt, moveTime: Self.moveTime, nonce: BLAKE3.hash([nonce])), at: time)
  }

  public mutating func wait(_ microseconds: UInt64) { time += microseconds }

  /// Adds a party's move.
  public mutating func play(_ move: Move, by party: Party) throws(Transcript.Refusal) {
    time += 1000
    let key = Self.key(party == .prover ? proverSeed : challengerSeed)
    try transcript.append(
      transcript.sign(move, by: party, with: key).bytes, at: time, judge: judge)
  }

  /// Lets two players play until there is a verdict. Who has no legal move runs out of time.
  public mutating func run(
    prover: (Game) throws -> Move?, challenger: (Game) throws -> Move?
  ) throws -> Verdict {
    while true {
      if let verdict = transcript.verdict { return verdict }
      let party = transcript.game.turn ?? .prover
      let move = party == .prover ? try prover(transcript.game) : try challenger(transcript.game)
      do throws(Transcript.Refusal) {
        guard let move else { throw .misplaced }
        try play(move, by: party)
      } catch {
        time = transcript.game.deadline + 1
        _ = transcript.expire(at: time)
      }
    }
  }
}

extension Lie {
  /// Plays a dispute about this lie to its end, against who computed rightly.
  public func play(
    _ recurrence: Recurrence, truth: Computation
  ) throws -> (verdict: Verdict, transcript: Transcript, expected: Case) {
    let made = make(recurrence)
    let receipt = try recurrence.receipt(of: made.claim, by: Match.key(Match.proverSeed)) {
      if let count = made.stepCount { $0.stepCount = count }
      if let outputs = made.outputs, !outputs.isEmpty {
        $0.outputRoot = NamedCommitment.root(of: outputs)
      }
    }
    let challenger = try Challenger(truth)
    let liar = try Liar(made.claim)
    var match = try Match(
      receipt, recurrence.program, doubt: challenger.doubt(of: receipt.receipt) ?? .trace,
      judge: LoopJudge())
    let verdict = try match.run(
      prover: { game in
        guard let move = try liar.move(in: game) else { return nil }
        if case .outputs(_, let inputs, let origins) = move, let outputs = made.outputs {
          return .outputs(outputs, inputs: inputs, origins: origins)
        }
        // It cannot open other inputs than those that the receipt names.
        if case .inputs = move { return .inputs(truth.inputs) }
        return made.tampers(move)
      },
      challenger: { game in
        // Where nothing differs any challenger will do: it takes the first part.
        if case .parts = game.phase, case .concede? = try challenger.move(in: game) {
          return .choosePart(0)
        }
        return try challenger.move(in: game)
      })
    return (verdict, match.transcript, made)
  }
}

extension Match {
  /// A short dispute about a wrong bit of a dot product in the first step.
  public static func short(_ recurrence: Recurrence) throws -> Transcript {
    let claim = recurrence.compute { step, number, entry in
      if step == 0, number == 0 { entry.flip(bit: 1, ofByte: 2) }
    }
    let receipt = try recurrence.receipt(of: claim, by: Match.key(Match.proverSeed))
    let challenger = try Challenger(recurrence.compute())
    let liar = try Liar(claim)
    var match = try Match(receipt, recurrence.program, doubt: .trace, judge: LoopJudge())
    _ = try match.run(
      prover: { try liar.move(in: $0) }, challenger: { try challenger.move(in: $0) })
    return match.transcript
  }
}
