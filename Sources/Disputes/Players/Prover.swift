internal import Primitives
internal import Receipts

/// Answers for a computation: what an honest prover plays, and can always play.
public struct Prover: Sendable {
  private let source: any TraceSource
  /// The roots of the steps, once they are known.
  private let stepRoots: [Digest]

  public init(_ source: any TraceSource) throws {
    self.source = source
    stepRoots = try source.stepRoots()
  }

  /// The next move; nil where it is not the prover's turn.
  public func move(in game: Game) throws -> Move? {
    guard game.turn == .prover else { return nil }
    let step = game.place.step ?? 0
    switch game.phase {
    case .outputs: return try outputs(game)
    case .tree(let tree, let level): return try open(tree, level, step)
    case .source(let record, let input):
      return try origin(game.terms.program.entries[record.number].inputs[input], step)
    case .element(let record, let element, _): return try prove(element, record, step)
    case .block(let record, let element, _, let block):
      let tensors = try source.tensors(ofRecord: record.number, step: step)
      guard case .product(let rule) = record.judgement else { return .concede }
      let ranges = rule.operands(of: element, block: block)
      return .operands([
        Self.open(ranges.a, of: tensors[0]), Self.open(ranges.b, of: tensors[1]),
      ])
    case .contents(let record):
      let tensors = try source.tensors(ofRecord: record.number, step: step)
      return .contents(
        zip(game.terms.program.entries[record.number].inputs, tensors).map { from, tensor in
          switch from {
          case .absent, .constant: []
          case .input, .output, .carried: tensor.content
          }
        })
    case .parts, .record, .chunk, .sums, .decided: return nil
    }
  }

  private func open(_ tree: PartedTree, _ level: Game.Level, _ step: UInt64) throws -> Move {
    switch level {
    case .steps:
      guard tree.leafCount == 1 else { return parts(tree, stepRoots) }
      let number = tree.leaves.lowerBound
      return .step(
        root: stepRoots[Int(number)],
        recordCount: UInt64(try source.records(ofStep: number).count))
    case .records:
      let records = try source.records(ofStep: step)
      guard tree.leafCount == 1 else { return parts(tree, records.map(\.digest)) }
      let number = Int(tree.leaves.lowerBound)
      return .record(
        records[number],
        tensors: try source.tensors(ofRecord: number, step: step).map(\.commitment))
    case .chunks(let record):
      let tensors = try source.tensors(ofRecord: record.number, step: step)
      let content = tensors[record.inputs.count].content
      guard tree.leafCount == 1 else {
        return .parts(tree.parts.map { BLAKE3.subtree(chunks: $0, of: content.span) })
      }
      guard let chunk = BLAKE3.open(chunk: tree.leaves.lowerBound, of: content.span) else {
        return .concede
      }
      return .chunk(chunk)
    }
  }

  private func parts(_ tree: PartedTree, _ leaves: [Digest]) -> Move {
    .parts(
      tree.parts.map { part in
        MerkleTree(leaves.inside(part)).root
      })
  }

  private func origin(_ from: Program.Source, _ step: UInt64) throws -> Move {
    let opening: RecordOpening?
    switch from {
    case .output(let entry, _): opening = try source.opening(ofRecord: entry, step: step)
    case .carried(let entry, _, _) where step > 0:
      opening = try source.opening(ofRecord: entry, step: step - 1)
    case .input, .carried: return .inputs(source.inputs)
    case .absent, .constant: return .concede
    }
    return opening.map { .origin($0) } ?? .concede
  }

  private func prove(
    _ element: UInt64, _ record: Game.OpenedRecord, _ step: UInt64
  ) throws -> Move {
    let tensors = try source.tensors(ofRecord: record.number, step: step)
    switch record.judgement {
    case .elements(let rule):
      return .operands(
        zip(rule.sources(of: element), tensors).map { Self.open($0..<$0 + 1, of: $1) })
    case .product(let rule):
      return .sums(
        (0..<rule.blockCount).map { block in
          let ranges = rule.operands(of: element, block: block)
          return Arithmetic.chain(
            from: 0, tensors[0].words(ranges.a), tensors[1].words(ranges.b))
        })
    case .impossible, .whole: return .concede
    }
  }

  private func outputs(_ game: Game) throws -> Move {
    var origins: [RecordOpening] = []
    var inputs: [NamedCommitment] = []
    for claim in source.outputs {
      let output = game.terms.program.outputs.first { $0.name == claim.name }
      switch output?.source {
      case nil: return .concede
      case .output(let entry, _), .carried(let entry, _, _):
        guard let opening = try source.opening(ofRecord: entry, step: source.stepCount - 1) else {
          return .concede
        }
        origins.append(opening)
      case .input: inputs = source.inputs
      case .absent, .constant: continue
      }
    }
    return .outputs(source.outputs, inputs: inputs, origins: origins)
  }

  /// The chunks in which elements of a tensor lie.
  private static func open(
    _ elements: Range<UInt64>, of tensor: OpenTensor
  ) -> [BLAKE3.ChunkOpening] {
    let size = tensor.commitment.elementByteCount ?? 1
    let chunk = UInt64(BLAKE3.chunkByteCount)
    let chunks =
      elements.lowerBound * size / chunk...(elements.upperBound * size - 1) / chunk
    return chunks.compactMap { BLAKE3.open(chunk: $0, of: tensor.content.span) }
  }
}

extension OpenTensor {
  func words(_ range: Range<UInt64>) -> [UInt32] {
    Arithmetic.words(content[Int(range.lowerBound) * 4..<Int(range.upperBound) * 4])
  }
}
