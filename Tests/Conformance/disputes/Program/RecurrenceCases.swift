internal import DisputeChain
internal import DisputeFixtures
internal import Disputes
internal import Primitives

/// The liars of a small computation of many steps, off chain and on.
struct RecurrenceCases {
  private let recurrence: Recurrence
  private let truth: Computation

  init() throws {
    recurrence = try Recurrence(rows: 2, width: 600, stepCount: 40)
    truth = recurrence.compute()
  }

  func run(_ score: inout Score) throws {
    for lie in Lie.allCases { try play(lie, &score) }
    for seed in UInt8(0)..<100 { try playHonestly(seed, &score) }
  }

  private func play(_ lie: Lie, _ score: inout Score) throws {
    let (verdict, transcript, expected) = try lie.play(recurrence, truth: truth)
    let again = try Transcript(bytes: transcript.bytes, judge: LoopJudge()).verdict
    let chain = try ChainReplay(transcript)
    let movesMax = transcript.terms.moveCountMax(elementCountMax: 1200)
    let isRight =
      verdict.isProverConvicted && verdict.reason == expected.reason && again == verdict
      && (expected.step == nil || verdict.place.step == expected.step)
      && (expected.record == nil || verdict.place.record == expected.record)
      && verdict.moveCount <= movesMax
    let judged = chain.isProverConvicted.map { $0 ? "convicts" : "does not judge it" }
    score.add(
      "a liar with \(lie.rawValue)", isRight,
      "\(verdict.summary(of: movesMax)); transcript \(transcript.bytes.count) bytes; the chain "
        + "\(judged ?? "does not judge it") (\(chain.gasUsed) gas, last move \(chain.gasOfLastMove))"
    )
    // The arithmetic of the chain and of the referee is the same.
    if lie.isJudgedOnChain {
      score.add(
        "on chain, a liar with \(lie.rawValue)", chain.isProverConvicted == true,
        "\(chain.gasUsed) gas")
    }
  }

  private func playHonestly(_ seed: UInt8, _ score: inout Score) throws {
    var random = RandomChallenger(seed: UInt64(seed))
    let prover = try Prover(truth)
    var match = try Match(
      try recurrence.receipt(of: truth, by: Match.key(Match.proverSeed)), recurrence.program,
      doubt: seed % 10 == 0 ? .outputs : .trace, judge: LoopJudge(), nonce: seed)
    let verdict = try match.run(
      prover: { try prover.move(in: $0) }, challenger: { random.move(in: $0) })
    let chain = try ChainReplay(match.transcript)
    score.add(
      "who computed rightly, against challenger \(seed)",
      !verdict.isProverConvicted && chain.isProverConvicted != true, "\(verdict)")
  }
}

extension Lie {
  /// Whether what decides it is the chain's as well as the referee's.
  var isJudgedOnChain: Bool {
    switch self {
    case .wrongSum, .wrongDifference, .wrongFactor, .wrongDotProduct, .wrongOrder, .wrongShape,
      .truncatedTrace, .unopenedTree, .silence:
      true
    default: false
    }
  }
}
