internal import DisputeFixtures
internal import Disputes
internal import Files
internal import GraphRuns
internal import ModelFixtures
internal import Primitives
internal import REE
internal import Receipts
internal import Sodium
internal import Traces

/// A graph that runs, and what liars could say of its run.
struct GraphCases {
  private let name: String
  private let executor: Executor
  private let values: [String: Value]
  /// The most records that a liar is tried at.
  private static let recordsMax = 60

  static func all(_ files: [String]) throws -> [GraphCases] {
    var cases = [
      try GraphCases("a small graph", try Model(onnx: smallGraph()))
    ]
    for file in files {
      let name = String(file.split(separator: "/").last ?? "")
      guard let bytes = try File.contents(of: file, sizeMax: 1 << 30) else { continue }
      cases.append(try GraphCases(name, try Model(onnx: bytes)))
    }
    return cases
  }

  private init(_ name: String, _ model: Model) throws {
    self.name = name
    executor = try Executor(model)
    values = try SampleInputs.make(model)
  }

  /// The trace's root at each level, and what committing costs.
  func printRoots() throws {
    for level in [Receipt.TraceLevel.steps, .layers, .nodes] {
      let program = try GraphProgram(executor, level)
      let trace = try GraphTrace(program, values)
      print("root \(name) \(level) \(trace.traceRoot)")
    }
  }

  func run(_ score: inout Score) throws {
    try measure()
    let program = try GraphProgram(executor, .nodes)
    let truth = try GraphTrace(program, values)
    let reference = try again(program)
    score.add(
      "\(name), computed again by the reference definitions",
      reference == nil || reference == truth.traceRoot,
      "\(program.program.entries.count) records, root \(truth.traceRoot)")
    for level in [Receipt.TraceLevel.steps, .layers, .nodes] {
      try lie(at: level, &score)
      try playHonestly(at: level, &score)
    }
    try lieAboutWeight(program, truth, &score)
    try lieAboutInput(program, truth, &score)
  }

  /// The root by the reference definitions, where that takes seconds.
  private func again(_ program: GraphProgram) throws -> Digest? {
    guard executor.plan(values).multiplyAdds < 50_000_000 else { return nil }
    var options = Executor.Options()
    options.implementation = .reference
    return try GraphTrace(program, values, options).traceRoot
  }

  // MARK: - Liars

  private func lie(at level: Receipt.TraceLevel, _ score: inout Score) throws {
    let program = try GraphProgram(executor, level)
    let truth = try GraphTrace(program, values)
    let count = program.program.entries.count
    let places = stride(from: 0, to: count, by: max(1, count / Self.recordsMax))
    var shown: Set<String> = []
    for place in places {
      let entry = program.program.entries[place]
      let tensors = try truth.tensors(ofRecord: place, step: 0)
      let inputCount = entry.inputs.count
      guard tensors.count > inputCount, !tensors[inputCount].content.isEmpty,
        tensors[inputCount].commitment.dataType < 14
      else { continue }
      let middle = tensors[inputCount].content.count / 2
      let claim = try Tampered(truth, record: place) { _, tensors in
        tensors[inputCount] = tensors[inputCount].flipping(bit: 0, ofByte: middle)
      }
      let (verdict, movesMax) = try play(program, claim, truth)
      let isRight =
        verdict.isProverConvicted && verdict.place.record == UInt64(place)
        && [.computed, .impossible].contains(verdict.reason) && verdict.moveCount <= movesMax
      let isNew = shown.insert(entry.operatorName).inserted
      score.add(
        "\(name), a wrong bit of \(entry.operatorName) at record \(place)", isRight,
        isNew || !isRight ? verdict.summary(of: movesMax) : "\(verdict.reason)")
    }
  }

  private func lieAboutWeight(
    _ program: GraphProgram, _ truth: GraphTrace, _ score: inout Score
  ) throws {
    let entries = program.program.entries
    for (place, entry) in entries.enumerated() {
      guard
        let input = entry.inputs.firstIndex(where: {
          if case .constant = $0 { true } else { false }
        })
      else { continue }
      let claim = try Tampered(truth, record: place) { _, tensors in
        guard !tensors[input].content.isEmpty else { return }
        tensors[input] = tensors[input].flipping(bit: 4, ofByte: 0)
      }
      let (verdict, movesMax) = try play(program, claim, truth)
      score.add(
        "\(name), a wrong weight", verdict.isProverConvicted && verdict.reason == .otherInput,
        verdict.summary(of: movesMax))
      return
    }
  }

  private func lieAboutInput(
    _ program: GraphProgram, _ truth: GraphTrace, _ score: inout Score
  ) throws {
    let entries = program.program.entries
    for (place, entry) in entries.enumerated() {
      guard
        let input = entry.inputs.firstIndex(where: { if case .input = $0 { true } else { false } })
      else { continue }
      let claim = try Tampered(truth, record: place) { _, tensors in
        guard !tensors[input].content.isEmpty else { return }
        tensors[input] = tensors[input].flipping(bit: 1, ofByte: 0)
      }
      let (verdict, movesMax) = try play(program, claim, truth)
      score.add(
        "\(name), another input", verdict.isProverConvicted && verdict.reason == .otherInput,
        verdict.summary(of: movesMax))
      return
    }
  }

  private func playHonestly(at level: Receipt.TraceLevel, _ score: inout Score) throws {
    let program = try GraphProgram(executor, level)
    let truth = try GraphTrace(program, values)
    let receipt = try receipt(truth, program)
    let prover = try Prover(truth)
    for seed in UInt8(0)..<20 {
      var random = RandomChallenger(seed: UInt64(seed))
      var match = try Match(
        receipt, program.program, doubt: seed % 5 == 0 ? .outputs : .trace,
        judge: GraphJudge(program), nonce: seed)
      let verdict = try match.run(
        prover: { try prover.move(in: $0) }, challenger: { random.move(in: $0) })
      score.add(
        "\(name), who computed rightly at level \(level), against challenger \(seed)",
        !verdict.isProverConvicted, "\(verdict)")
    }
  }

  private func play(
    _ program: GraphProgram, _ claim: any TraceSource, _ truth: GraphTrace
  ) throws -> (Verdict, movesMax: Int) {
    let challenger = try Challenger(truth)
    let liar = try Liar(claim)
    var match = try Match(
      try receipt(claim, program), program.program, doubt: .trace, judge: GraphJudge(program))
    let verdict = try match.run(
      prover: { try liar.move(in: $0) }, challenger: { try challenger.move(in: $0) })
    return (verdict, match.transcript.terms.moveCountMax(elementCountMax: 1 << 24))
  }

  private func receipt(
    _ trace: any TraceSource, _ program: GraphProgram
  ) throws -> SignedReceipt {
    let key = Match.key(Match.proverSeed)
    let identity = ModelIdentity(executor)
    return try SignedReceipt(
      signing: Receipt(
        kind: .run, semanticsRoot: Semantics.root, engineName: "gensyn", engineVersion: "1",
        model: Receipt.Model(format: .onnx, hash: BLAKE3.hash([]), root: identity.root),
        inputRoot: NamedCommitment.root(of: trace.inputs), parametersHash: BLAKE3.hash([]),
        outputRoot: NamedCommitment.root(of: trace.outputs), finishReason: .complete,
        stepCount: 1, traceLevel: program.level, traceRoot: try trace.root(),
        requesterNonce: [], proverKey: key.publicKey, timeMicroseconds: 1_795_000_000_000_000,
        device: Receipt.Device(instructionSet: executor.instructionSet, threadCount: 1),
        workMultiplyAdds: 1), with: key)
  }

  // MARK: - Costs

  /// The shortest of five runs without commitments and at each level.
  private func measure() throws {
    func shortest(_ body: () throws -> Void) rethrows -> Double {
      var best = Double.infinity
      for _ in 0..<5 {
        let clock = ContinuousClock()
        let time = try clock.measure(body)
        best = min(
          best, Double(time.components.attoseconds) * 1e-15 + Double(time.components.seconds) * 1e3)
      }
      return best
    }
    let bare = try shortest { _ = try executor.run(values) }
    var parts = ["\(Self.format(bare)) ms without a trace"]
    for level in [Receipt.TraceLevel.steps, .layers, .nodes] {
      let program = try GraphProgram(executor, level)
      _ = try GraphTrace(program, values)
      let traced = try shortest { _ = try GraphTrace(program, values) }
      parts.append(
        "\(level) \(Self.format(traced)) ms (+\(Self.format((traced / bare - 1) * 100)) %)")
    }
    print("cost \(name): \(parts.joined(separator: ", "))")
  }

  private static func format(_ number: Double) -> String {
    "\((number * 100).rounded() / 100)"
  }
}
