public import Primitives
public import REE
public import Receipts
public import Sodium

/// One pass through a model: what goes in, and what can be stated once it has come out.
public struct GraphRun: Sendable {
  public let parameters: RunParameters
  /// By the model's names.
  public let inputs: [String: Value]

  /// - Parameter parameters: As asked; inputs are put into the model's order.
  public init(
    _ parameters: RunParameters, inputs: [String: Value], of model: Model
  ) throws(RunRefusal) {
    let outputs = Set(model.graph.outputs.map { model.name(of: $0) })
    if let name = parameters.outputNames.first(where: { !outputs.contains($0) }) {
      throw .unknownOutput(name)
    }
    var parameters = parameters
    let order = Dictionary(
      model.graph.inputs.enumerated().map { (model.name(of: $1), $0) },
      uniquingKeysWith: { first, _ in first })
    parameters.inputs.sort {
      (order[$0.name] ?? .max, $0.name) < (order[$1.name] ?? .max, $1.name)
    }
    self.parameters = parameters
    self.inputs = inputs
  }

  /// The outputs that were asked for, in the model's order.
  public func outputs(_ outcome: Executor.Outcome) throws(RunRefusal) -> [(
    name: String, tensor: Tensor
  )] {
    let wanted = Set(parameters.outputNames)
    return try outcome.outputs.filter { wanted.isEmpty || wanted.contains($0.name) }
      .map { (output) throws(RunRefusal) in
        guard let tensor = output.value.tensor, tensor.elementType.schemaNumber != nil else {
          throw .outputKind(output.name)
        }
        return (output.name, tensor)
      }
  }

  /// What is stated of a run that came to its end.
  public func receipt(
    _ outcome: Executor.Outcome, of model: Model, _ identity: Receipt.Model, trace: Trace?,
    nonce: [UInt8], prover: Ed25519.PublicKey, instructionSet: String, timeMicroseconds: UInt64,
    engineVersion: String
  ) throws(RunRefusal) -> Receipt {
    let outputs = try outputs(outcome)
    let given = model.graph.inputs.compactMap { input in
      let name = model.name(of: input)
      return inputs[name]?.tensor.map { NamedCommitment(name, $0) }
    }
    var identity = identity
    identity.tokenizerHash = parameters.tokenizer
    return Receipt(
      kind: .run, semanticsRoot: Semantics.root, engineName: "gensyn",
      engineVersion: engineVersion, model: identity, inputRoot: NamedCommitment.root(of: given),
      parametersHash: parameters.hash,
      outputRoot: NamedCommitment.root(of: outputs.map { NamedCommitment($0.name, $0.tensor) }),
      finishReason: .complete, stepCount: 1, traceLevel: trace?.level ?? .ends,
      traceRoot: trace?.root, requesterNonce: nonce, proverKey: prover,
      timeMicroseconds: timeMicroseconds,
      device: Receipt.Device(instructionSet: instructionSet, threadCount: 1),
      workMultiplyAdds: outcome.multiplyAdds)
  }

  /// A finer commitment than that to the ends.
  public struct Trace: Hashable, Sendable {
    public let level: Receipt.TraceLevel
    public let root: Digest

    public init(level: Receipt.TraceLevel, root: Digest) {
      self.level = level
      self.root = root
    }
  }
}
