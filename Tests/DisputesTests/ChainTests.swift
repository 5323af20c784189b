import DisputeChain
import DisputeFixtures
import Disputes
import Testing

/// The chain convicts whom the referee convicts.
@Suite
struct ChainTests {
  @Test(arguments: [
    Lie.wrongSum, .wrongDifference, .wrongFactor, .wrongDotProduct, .wrongOrder, .wrongShape,
    .unopenedTree, .silence, .truncatedTrace,
  ])
  func `a liar is convicted on chain as well`(lie: Lie) throws {
    let recurrence = try Recurrence(rows: 1, width: 260, stepCount: 12)
    let (verdict, transcript, _) = try lie.play(recurrence, truth: recurrence.compute())

    let chain = try ChainReplay(transcript)

    #expect(verdict.isProverConvicted)
    #expect(chain.isProverConvicted == true)
    #expect(chain.gasOfLastMove < 1_000_000)
  }

  @Test
  func `who computed rightly is acquitted on chain as well`() throws {
    let recurrence = try Recurrence(rows: 1, width: 260, stepCount: 2)
    let truth = recurrence.compute()
    let prover = try Prover(truth)
    var match = try Match(
      recurrence.receipt(of: truth, by: Match.key(Match.proverSeed)), recurrence.program,
      doubt: .trace, judge: LoopJudge())
    let verdict = try match.run(
      prover: { try prover.move(in: $0) },
      challenger: { game in
        switch game.phase {
        case .parts: .choosePart(0)
        case .record: .doubtOutput(0)
        case .chunk: .chooseElement(3)
        case .sums: .chooseBlock(1)
        default: nil
        }
      })

    let chain = try ChainReplay(match.transcript)

    #expect(verdict.loser == .challenger)
    #expect(verdict.reason == .computed)
    #expect(chain.isProverConvicted == false)
  }
}
