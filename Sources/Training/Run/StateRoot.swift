internal import Primitives
internal import Receipts

/// The root over a run's state: the number of steps done, then every parameter, then every moment of
/// each parameter, each as a named tensor.
struct StateRoot: Hashable {
  let digest: Digest

  static let none = StateRoot(digest: MerkleTree().root)

  private init(digest: Digest) {
    self.digest = digest
  }

  init(of trainer: Trainer) {
    let plan = trainer.plan
    let step = TensorCommitment(
      dataType: TrainingTensors.uint64, dimensions: [],
      content: BLAKE3.hash(TrainingTensors.bytes(trainer.stepCount)))
    var tree = MerkleTree([NamedCommitment(name: "step", tensor: step.digest).digest])
    for tensor in TrainingTensors.all(plan) {
      tree.append(tensor.commitment(in: trainer.memory).digest)
    }
    digest = tree.root
  }
}

/// The tensors of a run's state.
struct TrainingTensors {
  let name: String
  let shape: [Int]
  let place: Int

  var wordCount: Int { shape.reduce(1, *) }
  var words: Range<Int> { place..<place + wordCount }

  // Numbers of `gensyn.ree.v1.DataType`.
  static let float32: UInt8 = 1
  static let uint8: UInt8 = 9
  static let uint32: UInt8 = 11
  static let uint64: UInt8 = 12

  /// Parameters, then each moment of all parameters.
  static func all(_ plan: TrainingPlan) -> [TrainingTensors] {
    parameters(plan)
      + zip(plan.configuration.optimizer.moments, plan.layout.moments).flatMap { name, place in
        list(plan, prefix: "\(name).", from: place)
      }
  }

  static func parameters(_ plan: TrainingPlan) -> [TrainingTensors] {
    list(plan, prefix: "", from: plan.layout.parameters)
  }

  private static func list(
    _ plan: TrainingPlan, prefix: String, from start: Int
  ) -> [TrainingTensors] {
    zip(plan.parameters.list, plan.parameters.places).map { parameter, place in
      TrainingTensors(
        name: prefix + parameter.name, shape: parameter.shape, place: start + place)
    }
  }

  func commitment(in memory: TapeMemory) -> NamedCommitment {
    let content = memory.withBytes(words) { BLAKE3.hash($0) }
    let tensor = TensorCommitment(
      dataType: Self.float32, dimensions: shape.map { UInt64($0) }, content: content)
    return NamedCommitment(name: name, tensor: tensor.digest)
  }

  static func bytes(_ value: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64($0 * 8)) }
  }
}
