import Primitives
import Testing

@testable import Training

@Suite
struct CheckpointTests {
  @Test
  func `has everything that the run follows from`() throws {
    let fixture = TrainerFixture()
    let trainer = try fixture.trainer()
    trainer.steps(3)

    let checkpoint = try Checkpoint(bytes: trainer.checkpoint())

    #expect(checkpoint.configuration == fixture.configuration)
    #expect(checkpoint.stepCount == 3)
    #expect(checkpoint.history == trainer.history)
  }

  @Test
  func `a cut or changed file is refused or another state`() throws {
    let fixture = TrainerFixture()
    let trainer = try fixture.trainer()
    trainer.steps(2)
    let bytes = trainer.checkpoint()

    for count in stride(from: 0, to: bytes.count, by: 997) {
      #expect(throws: TrainingRefusal.self) { try Checkpoint(bytes: Array(bytes.prefix(count))) }
    }
    for place in stride(from: 0, to: bytes.count, by: 331) {
      var changed = bytes
      changed[place] ^= 0x10
      guard let read = try? Checkpoint(bytes: changed),
        let other = try? Trainer(TrainingPlan(fixture.configuration), fixture.data, from: read)
      else { continue }
      #expect(other.state != trainer.state || read.history != trainer.history)
    }
  }

  @Test
  func `another run's checkpoint is refused`() throws {
    let bytes = try TrainerFixture { $0.seed = 9 }.trainer().checkpoint()

    #expect(throws: TrainingRefusal.checkpoint(.otherRun)) {
      try TrainerFixture().trainer(from: bytes)
    }
  }

  @Test
  func `a configuration has one spelling`() throws {
    var fixture = TrainerFixture {
      $0.optimizer = .sgd(momentum: 0.5, decay: 0.25)
      $0.tokenizer = BLAKE3.hash([1])
    }
    let bytes = fixture.configuration.canonicalBytes
    #expect(try TrainingConfiguration(canonicalBytes: bytes) == fixture.configuration)

    fixture.configuration.validationData = nil
    fixture.configuration.validationInterval = 0
    let shorter = fixture.configuration.canonicalBytes
    #expect(try TrainingConfiguration(canonicalBytes: shorter) == fixture.configuration)
    for place in bytes.indices {
      var changed = bytes
      changed[place] ^= 1
      guard let read = try? TrainingConfiguration(canonicalBytes: changed) else { continue }
      #expect(read.canonicalBytes == changed)
    }
    #expect(throws: TrainingRefusal.self) {
      try TrainingConfiguration(canonicalBytes: bytes + [0])
    }
  }
}
