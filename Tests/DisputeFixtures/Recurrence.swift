public import Disputes
internal import Primitives
public import Receipts
public import Sodium

/// The computation that disputes are played about: h' = (h W^T + b) * s - (h W^T), over several steps,
/// with operators of every kind that a referee knows.
public struct Recurrence: Sendable {
  public let program: Program
  public let state: OpenTensor
  public let constants: [OpenTensor]
  public let stepCount: Int

  /// - Parameter width: The length of the dot products, and of the state's rows.
  public init(rows: Int = 3, width: Int = 600, stepCount: Int = 20) throws {
    self.stepCount = stepCount
    var seed: UInt64 = 1
    func values(_ count: Int) -> [Float] {
      (0..<count).map { _ in
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Float(Int32(truncatingIfNeeded: seed >> 32)) / Float(Int32.max)
      }
    }
    state = .of([rows, width], values(rows * width))
    constants = [
      .of([width, width], values(width * width).map { $0 / 16 }),
      .of([rows, width], values(rows * width)), .of([rows, width], values(rows * width)),
    ]
    let names = ["weight", "bias", "scale"]
    func entry(
      _ node: UInt64, _ name: String, _ inputs: [Program.Source]
    ) -> Program.Entry {
      Program.Entry(
        node: node, nodeHash: BLAKE3.hash(Array("\(node) \(name)".utf8)), operatorName: name,
        semanticsVersion: "1.0.0", inputs: inputs, outputCount: 1)
    }
    program = try Program(
      inputs: [Program.Input(name: "state")],
      constants: zip(names, constants).map {
        NamedCommitment(name: $0, tensor: $1.commitment.digest)
      },
      entries: [
        entry(
          0, "gensyn.MatMulTransposed", [.carried(entry: 5, index: 0, first: 0), .constant(0)]),
        entry(1, "ai.onnx.Add", [.output(entry: 0, index: 0), .constant(1)]),
        entry(2, "ai.onnx.Mul", [.output(entry: 1, index: 0), .constant(2)]),
        entry(3, "gensyn.SwapLast", [.output(entry: 2, index: 0)]),
        entry(4, "gensyn.SwapLast", [.output(entry: 3, index: 0)]),
        entry(5, "ai.onnx.Sub", [.output(entry: 4, index: 0), .output(entry: 0, index: 0)]),
        entry(6, "ai.onnx.Neg", [.output(entry: 5, index: 0)]),
      ], outputs: [Program.Output(name: "y", source: .output(entry: 6, index: 0))],
      frame: .graph(header: BLAKE3.hash([3])))
  }

  public func compute(
    state other: OpenTensor? = nil, constants others: [OpenTensor]? = nil, stepCount: Int? = nil,
    fault: Computation.Fault = { _, _, _ in }
  ) -> Computation {
    Computation(
      program, inputs: [("state", other ?? state)], constants: others ?? constants,
      stepCount: stepCount ?? self.stepCount, fault: fault)
  }

  /// The receipt that a computation's maker signs.
  public func receipt(
    of computation: Computation, by key: borrowing Ed25519.SecretKey,
    change: (inout Receipt) -> Void = { _ in }
  ) throws -> SignedReceipt {
    var receipt = Receipt(
      kind: .generate, semanticsRoot: BLAKE3.hash([1]), engineName: "test", engineVersion: "1",
      model: Receipt.Model(format: .onnx, hash: BLAKE3.hash([2]), root: program.modelRoot),
      inputRoot: NamedCommitment.root(of: [
        NamedCommitment(name: "state", tensor: state.commitment.digest)
      ]), parametersHash: BLAKE3.hash([]),
      outputRoot: NamedCommitment.root(of: computation.outputs), finishReason: .length,
      stepCount: computation.stepCount, traceLevel: .nodes, traceRoot: try computation.root(),
      requesterNonce: [], proverKey: key.publicKey, timeMicroseconds: 1_795_000_000_000_000,
      device: Receipt.Device(instructionSet: "avx2", threadCount: 1), workMultiplyAdds: 1)
    change(&receipt)
    return try SignedReceipt(signing: receipt, with: key)
  }
}

/// Judges ``Recurrence``'s operators as a whole.
public struct LoopJudge: OperatorJudge {
  public init() {}

  public func outputs(
    of entry: Int, step: UInt64, inputs: [TensorCommitment], contents: [[UInt8]], _ terms: Terms
  ) -> OperatorOutcome {
    let operands = zip(inputs, contents).map { OpenTensor($0, $1) }
    guard operands.allSatisfy({ BLAKE3.hash($0.content) == $0.commitment.content }) else {
      return .notJudged
    }
    return .computed([
      Loops.apply(terms.program.entries[entry].operatorName, operands).commitment.digest
    ])
  }
}
