public import Disputes
internal import Primitives
public import Receipts
internal import Sodium

/// The kinds of provers that a dispute has to convict.
public enum Lie: String, CaseIterable, Sendable {
  case wrongWeight = "a wrong weight"
  case wrongInput = "another input"
  case wrongLastBit = "one wrong bit in the last output"
  case wrongMiddleNode = "a wrong node in the middle"
  case wrongSum = "a wrong sum"
  case wrongDifference = "a wrong difference"
  case wrongFactor = "a wrong product of numbers"
  case wrongDotProduct = "a wrong bit in a dot product"
  case wrongOrder = "another order of accumulation"
  case movedElement = "elements in the wrong place"
  case skippedNode = "a skipped node"
  case wrongAttribute = "a wrong attribute"
  case wrongVersion = "another version of the semantics"
  case wrongWiring = "operands exchanged"
  case wrongShape = "an output of another shape"
  case wrongOutputs = "outputs that the trace does not give"
  case staleState = "a step that goes on from another"
  case truncatedTrace = "a trace with fewer steps than the receipt says"
  case unopenedTree = "openings that do not fit"
  case silence = "no answer at all"
  case wrongNumberOfRecords = "a wrong number of records"

  /// What the claim looks like, and what must come of it.
  public struct Case: Sendable {
    public let claim: Computation
    public var stepCount: UInt64?
    public var outputs: [NamedCommitment]?
    public var tampers: @Sendable (Move) -> Move? = { $0 }
    public let reason: Verdict.Reason
    /// Step and record where it must be found, where the search comes so far.
    public var step: UInt64?
    public var record: UInt64?
  }

  /// The step in which what is wrong in one step only is wrong.
  static let faultStep = 11

  public func make(_ recurrence: Recurrence) -> Case {
    let at = Self.faultStep
    func bit(
      _ record: Int, step: Int = at, byte: Int = 1030, _ reason: Verdict.Reason = .computed
    ) -> Case {
      Case(
        claim: recurrence.compute { now, number, entry in
          if now == step, number == record { entry.flip(bit: 2, ofByte: byte) }
        }, reason: reason, step: UInt64(step), record: UInt64(record))
    }
    func change(
      _ record: Int, _ reason: Verdict.Reason,
      _ body: @escaping @Sendable (inout Computation.Entry) -> Void
    ) -> Case {
      Case(
        claim: recurrence.compute { now, number, entry in
          if now == at, number == record { body(&entry) }
        }, reason: reason, step: UInt64(at), record: UInt64(record))
    }
    switch self {
    case .wrongWeight:
      var constants = recurrence.constants
      var values = constants[0].floats
      values[5] += 0.25
      constants[0] = .of(constants[0].commitment.dimensions.map { Int($0) }, values)
      return Case(
        claim: recurrence.compute(constants: constants), reason: .otherInput, step: 0, record: 0)
    case .wrongInput:
      let shape = recurrence.state.commitment.dimensions.map { Int($0) }
      return Case(
        claim: recurrence.compute(state: .of(shape, recurrence.state.floats.reversed())),
        reason: .otherInput, step: 0, record: 0)
    case .wrongLastBit: return bit(6, step: recurrence.stepCount - 1)
    case .wrongMiddleNode: return bit(6)
    case .wrongSum: return bit(1)
    case .wrongDifference: return bit(5)
    case .wrongFactor: return bit(2, byte: 3)
    case .wrongDotProduct: return bit(0)
    case .movedElement:
      return change(3, .computed) { entry in
        entry.outputs[0] = .of(
          entry.outputs[0].commitment.dimensions.map { Int($0) },
          Array(entry.outputs[0].floats.reversed()))
        entry.seal()
      }
    case .wrongOrder:
      return change(0, .computed) { entry in
        entry.outputs[0] = Loops.chained(entry.inputs[0], entry.inputs[1])
        entry.seal()
      }
    case .skippedNode: return skipping(recurrence)
    case .wrongNumberOfRecords:
      var made = Case(claim: recurrence.compute(), reason: .otherProgram, step: 0)
      // The root tells of the trace; the number that is said with it of another.
      made.tampers = { move in
        guard case .step(let root, let count) = move else { return move }
        return .step(root: root, recordCount: count + 1)
      }
      made.outputs = []
      return made
    case .wrongAttribute:
      return change(2, .otherProgram) { $0.rename(nodeHash: BLAKE3.hash([9])) }
    case .wrongVersion: return change(4, .otherProgram) { $0.rename(version: "0.9.0") }
    case .wrongWiring:
      return change(5, .otherInput) { entry in
        entry.inputs.swapAt(0, 1)
        entry.outputs = [Loops.apply("ai.onnx.Sub", entry.inputs)]
        entry.seal()
      }
    case .wrongShape:
      return change(1, .impossible) { entry in
        entry.outputs[0] = .of(
          entry.outputs[0].commitment.dimensions.map { Int($0) } + [1], entry.outputs[0].floats)
        entry.seal()
      }
    case .wrongOutputs:
      var made = Case(claim: recurrence.compute(), reason: .otherOutput)
      made.outputs = [NamedCommitment(name: "y", tensor: BLAKE3.hash([5]))]
      return made
    case .staleState:
      return change(0, .otherInput) { entry in
        entry.inputs[0] = recurrence.state
        entry.outputs = [Loops.apply("gensyn.MatMulTransposed", entry.inputs)]
        entry.seal()
      }
    case .truncatedTrace:
      var made = Case(
        claim: recurrence.compute(stepCount: recurrence.stepCount - 3), reason: .timeout)
      made.stepCount = UInt64(recurrence.stepCount)
      return made
    case .unopenedTree:
      var made = bit(1, .timeout)
      made.tampers = { move in
        guard case .parts(let nodes) = move else { return move }
        return .parts(nodes.reversed())
      }
      made.step = nil
      made.record = nil
      return made
    case .silence:
      var made = bit(1, .timeout)
      made.tampers = { _ in nil }
      made.step = nil
      made.record = nil
      return made
    }
  }

  /// A step without one of its records.
  private func skipping(_ recurrence: Recurrence) -> Case {
    var claim = recurrence.compute()
    claim.removeRecord(4, ofStep: Self.faultStep)
    return Case(claim: claim, reason: .otherProgram, step: UInt64(Self.faultStep))
  }
}

extension Computation.Entry {
  mutating func rename(nodeHash: Digest? = nil, version: String? = nil) {
    record = TraceRecord(
      node: record.node, nodeHash: nodeHash ?? record.nodeHash, operatorName: record.operatorName,
      semanticsVersion: version ?? record.semanticsVersion, inputs: record.inputs,
      outputs: record.outputs)
  }
}

extension Loops {
  /// The product as one chain over the whole row: without blocks.
  static func chained(_ a: OpenTensor, _ b: OpenTensor) -> OpenTensor {
    let (m, n) = (Int(a.commitment.dimensions[0]), Int(b.commitment.dimensions[0]))
    let k = Int(a.commitment.dimensions[1])
    let (x, y) = (a.floats, b.floats)
    return .of(
      [m, n],
      (0..<m * n).map { place in
        (0..<k).reduce(into: Float(0)) { sum, index in
          sum.addProduct(x[place / n * k + index], y[place % n * k + index])
        }
      })
  }
}
