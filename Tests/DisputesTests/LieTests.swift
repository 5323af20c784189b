import DisputeFixtures
import Disputes
import Primitives
import Receipts
import Sodium
import Testing

@Suite
struct LieTests {
  private static let recurrence = try? Recurrence(rows: 1, width: 260, stepCount: 18)
  private static let truth = recurrence?.compute()

  @Test(arguments: Lie.allCases)
  func `a liar is convicted`(lie: Lie) throws {
    let recurrence = try #require(Self.recurrence)
    let truth = try #require(Self.truth)

    let (verdict, transcript, expected) = try lie.play(recurrence, truth: truth)

    #expect(verdict.isProverConvicted)
    #expect(verdict.reason == expected.reason)
    #expect(expected.step == nil || verdict.place.step == expected.step)
    #expect(expected.record == nil || verdict.place.record == expected.record)
    #expect(verdict.moveCount <= transcript.terms.moveCountMax(elementCountMax: 260))
    #expect(verdict.work.multiplyAdds <= Arithmetic.blockLength + 1)
    let again = try Transcript(bytes: transcript.bytes, judge: LoopJudge())
    #expect(again.verdict == verdict)
    #expect(again.bytes == transcript.bytes)
  }
}
