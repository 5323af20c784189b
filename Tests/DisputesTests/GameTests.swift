import DisputeFixtures
import Disputes
import Foundation
import Primitives
import Receipts
import Sodium
import Testing

@Suite
struct GameTests {
  private static let recurrence = try? Recurrence(rows: 1, width: 260, stepCount: 18)
  private static let truth = recurrence?.compute()

  private let recurrence: Recurrence
  private let truth: Computation
  private let prover: Prover
  private let receipt: SignedReceipt

  init() throws {
    recurrence = try #require(Self.recurrence)
    truth = try #require(Self.truth)
    prover = try Prover(truth)
    receipt = try recurrence.receipt(of: truth, by: Match.key(Match.proverSeed))
  }

  private func match(_ doubt: Terms.Doubt = .trace, nonce: UInt8 = 0) throws -> Match {
    try Match(receipt, recurrence.program, doubt: doubt, judge: LoopJudge(), nonce: nonce)
  }

  @Test
  func `who finds no difference gives up`() throws {
    let challenger = try Challenger(truth)
    var match = try match()

    let verdict = try match.run(
      prover: { try prover.move(in: $0) }, challenger: { try challenger.move(in: $0) })

    #expect(challenger.doubt(of: receipt.receipt) == nil)
    #expect(verdict.loser == .challenger)
    #expect(verdict.reason == .conceded)
  }

  @Test
  func `outputs that the trace gives are no lie`() throws {
    var match = try match(.outputs)

    let verdict = try match.run(prover: { try prover.move(in: $0) }, challenger: { _ in nil })

    #expect(verdict.loser == .challenger)
    #expect(verdict.reason == .otherOutput)
  }

  @Test(arguments: 0..<60)
  func `an honest prover is acquitted whatever the challenger does`(seed: UInt8) throws {
    var random = RandomChallenger(seed: UInt64(seed))
    var match = try match(nonce: seed)

    let verdict = try match.run(
      prover: { try prover.move(in: $0) }, challenger: { random.move(in: $0) })

    #expect(verdict.loser == .challenger)
    let again = try Transcript(bytes: match.transcript.bytes, judge: LoopJudge())
    #expect(again.verdict == verdict)
  }

  @Test
  func `an illegal move changes nothing but the time`() throws {
    var match = try match()
    let before = match.transcript.game.phase

    #expect(throws: Transcript.Refusal.illegal(.notCommitted)) {
      try match.play(.parts([BLAKE3.hash([1])]), by: .prover)
    }
    #expect(throws: Transcript.Refusal.illegal(.notYourTurn)) {
      try match.play(.choosePart(0), by: .challenger)
    }
    #expect(throws: Transcript.Refusal.illegal(.wrongMove)) {
      try match.play(.sums([1]), by: .prover)
    }

    #expect(match.transcript.game.phase == before)
    match.wait(Match.moveTime)
    #expect(throws: Transcript.Refusal.illegal(.tooLate)) {
      try match.play(.concede, by: .prover)
    }
    let isOver = match.transcript.expire(at: match.time + 1)
    #expect(isOver)
    #expect(match.transcript.verdict?.reason == .timeout)
  }

  @Test
  func `nobody's time runs out early`() throws {
    var match = try match()

    let deadline = match.transcript.game.deadline
    let isOverInTime = match.transcript.expire(at: deadline)
    let isOverLater = match.transcript.expire(at: deadline + 1)

    #expect(!isOverInTime && isOverLater)
    #expect(match.transcript.verdict?.loser == .prover)
  }

  @Test
  func `a move counts once, in its place, by its player's key`() throws {
    var match = try match()
    let transcript = match.transcript
    let move = try #require(try prover.move(in: transcript.game))
    let signed = transcript.sign(move, by: .prover, with: Match.key(Match.proverSeed))
    let forged = transcript.sign(move, by: .prover, with: Match.key(Match.challengerSeed))

    #expect(throws: Transcript.Refusal.malformed(.signature)) {
      try match.transcript.append(forged.bytes, at: match.time)
    }
    try match.transcript.append(signed.bytes, at: match.time)
    #expect(throws: Transcript.Refusal.misplaced) {
      try match.transcript.append(signed.bytes, at: match.time)
    }
  }

  @Test
  func `a program of another model is refused`() throws {
    let other = try Recurrence(rows: 1, width: 261, stepCount: 2)

    #expect(throws: Terms.Refusal.otherModel) {
      try Match(receipt, other.program, doubt: .trace, judge: LoopJudge())
    }
  }

  @Test
  func `the chain's operators have the names that the contract says`() throws {
    let contract = try String(
      contentsOf: Contracts.folder.appending(path: "Disputes.vy"), encoding: .utf8)
    let named = contract.matches(of: /keccak256\("((ai\.onnx|gensyn)\.[A-Za-z]+)"\)/).map {
      String($0.1)
    }

    #expect(named == JudgedOperator.onChain.map(\.rawValue))
  }
}
