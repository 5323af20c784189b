import Primitives
import Receipts
import Sodium
import Testing

@testable import Training

@Suite
struct VerificationTests {
  @Test
  func `some steps are checked from a checkpoint before them`() throws {
    let fixture = TrainerFixture()
    let run = try fixture.trainer()
    run.steps(4)
    let checkpoint = run.checkpoint()
    run.steps(6)

    let check = StepCheck(
      try fixture.trainer(from: checkpoint), upTo: 8, claimed: run.history.roots)

    #expect(check.agrees)
    #expect(check.stepsChecked == 4)
  }

  @Test
  func `the first wrong step is named`() throws {
    let fixture = TrainerFixture()
    let run = try fixture.trainer()
    run.steps(6)
    var roots = run.history.roots
    roots[4] = BLAKE3.hash([1])

    let check = StepCheck(try fixture.trainer(), upTo: 6, claimed: roots)

    #expect(check.firstWrongStep == 4)
    #expect(check.claimed == roots[4])
    #expect(check.found == run.history.roots[4])
  }

  @Test
  func `a made-up checkpoint is found out at its next step`() throws {
    let fixture = TrainerFixture()
    let run = try fixture.trainer()
    run.steps(3)
    run.memory[float: 5] += 1
    let forged = run.checkpoint()
    let honest = try fixture.trainer()
    honest.steps(4)

    let check = StepCheck(try fixture.trainer(from: forged), upTo: 4, claimed: honest.history.roots)

    #expect(check.firstWrongStep == 3)
  }

  @Test
  func `a receipt names both ends and the trace between`() throws {
    let fixture = TrainerFixture()
    let run = try fixture.trainer()
    run.steps(2)
    let start = BLAKE3.hash(run.checkpoint())
    let commitment = TrainingCommitment(run, from: start)
    run.steps(3)
    let key = Ed25519.SecretKey()

    let receipt = commitment.receipt(
      run, to: BLAKE3.hash(run.checkpoint()), nonce: [7], prover: key.publicKey,
      timeMicroseconds: 1, engineVersion: "test")
    let signed = try SignedReceipt(signing: receipt, with: key)

    #expect(signed.receipt.stepCount == 3)
    #expect(signed.receipt.training?.firstStep == 2)
    #expect(signed.receipt.training?.startCheckpoint == start)
    #expect(signed.receipt.traceRoot == MerkleTree(run.history.roots[2...]).root)
    #expect(signed.receipt.parametersHash == fixture.configuration.digest)
  }
}
