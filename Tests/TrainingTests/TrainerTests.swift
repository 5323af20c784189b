import Primitives
import Testing

@testable import Training

@Suite
struct TrainerTests {
  @Test
  func `learns a text`() throws {
    let trainer = try TrainerFixture {
      $0.learningRate = LearningRateSchedule(peak: 1e-2)
    }.trainer()
    let before = try #require(trainer.validationLoss())

    let steps = trainer.steps(60)

    let after = try #require(trainer.validationLoss())
    #expect(abs(before - Float(5.545)) < 0.1)
    #expect(after < 3.5)
    #expect(
      steps.filter { $0.validationLoss != nil }.map(\.index)
        == Array(stride(from: 3, to: 60, by: 4)))
  }

  @Test
  func `goes on from a checkpoint to the same bits`() throws {
    let fixture = TrainerFixture()
    let whole = try fixture.trainer()
    whole.steps(5)
    let middle = whole.checkpoint()
    whole.steps(5)

    let resumed = try fixture.trainer(from: middle)
    resumed.steps(5)

    #expect(resumed.stepCount == 10)
    #expect(BLAKE3.hash(resumed.checkpoint()) == BLAKE3.hash(whole.checkpoint()))
    #expect(resumed.history.traceRoot(from: 0) == whole.history.traceRoot(from: 0))
  }

  @Test(arguments: [2, 3])
  func `the number of threads changes no bit`(threadCount: Int) throws {
    let fixture = TrainerFixture()
    let one = try fixture.trainer()
    let several = try fixture.trainer(threadCount: threadCount)

    #expect(one.steps(6).map(\.root) == several.steps(6).map(\.root))
  }

  // Of a text of one letter every batch is the same, and halves add up without rounding.
  @Test
  func `two passes over the same tokens are one`() throws {
    let text = [UInt8](repeating: 97, count: 200)
    let one = try TrainerFixture(text: text).trainer()
    let two = try TrainerFixture(text: text) { $0.accumulationCount = 2 }.trainer()

    let first = one.steps(3)
    let second = two.steps(3)

    #expect(first.map(\.loss) == second.map(\.loss))
    #expect(first.map(\.gradientNorm) == second.map(\.gradientNorm))
    #expect(one.state == two.state)
  }

  @Test
  func `passes see different tokens`() throws {
    let fixture = TrainerFixture { $0.accumulationCount = 2 }
    let text = TokenText(bytes: fixture.text.span)

    let batches = (0..<2).map {
      Batch.drawn(fixture.configuration, text, step: 0, pass: $0)
    }

    #expect(batches[0].tokens != batches[1].tokens)
    #expect(batches[0].tokens == Batch.drawn(fixture.configuration, text, step: 0, pass: 0).tokens)
  }

  @Test
  func `another seed gives another run`() throws {
    let a = try TrainerFixture().trainer()
    let b = try TrainerFixture { $0.seed = 5 }.trainer()
    let c = try TrainerFixture { $0.gpt.seed = 5 }.trainer()

    let roots = [a, b, c].map { $0.step().root }

    #expect(Set(roots).count == 3)
  }

  @Test
  func `a step changes every parameter and clips the gradient`() throws {
    let fixture = TrainerFixture {
      $0.optimizer = .sgd(momentum: 0.9)
      $0.learningRate = LearningRateSchedule(peak: 1)
      $0.gradientNormMax = 1e-3
    }
    let trainer = try fixture.trainer()
    let before = trainer.memory.withFloats(0..<trainer.plan.parameterCount) { span in
      (0..<span.count).map { span[$0] }
    }

    let step = trainer.step()

    let after = trainer.memory.withFloats(0..<trainer.plan.parameterCount) { span in
      (0..<span.count).map { span[$0] }
    }
    let moved = zip(before, after).reduce(0.0) { $0 + Double(($1.1 - $1.0) * ($1.1 - $1.0)) }
    #expect(step.gradientNorm > 1e-3)
    #expect(abs(moved.squareRoot() - 1e-3) < 2e-5)
  }

  @Test
  func `the rate grows, falls and stays`() {
    let schedule = LearningRateSchedule(peak: 1, warmupSteps: 4, decaySteps: 4, floor: 0.5)

    let rates = (0..<10).map { schedule.rate(at: UInt64($0)) }

    #expect(rates[0...4] == [0.25, 0.5, 0.75, 1, 1])
    #expect(abs(rates[6] - 0.75) < 1e-6)
    #expect(rates[8...9] == [0.5, 0.5])
  }
}
