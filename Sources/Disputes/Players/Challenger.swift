internal import Primitives
public import Receipts

/// Goes where a prover's claims differ from what it computed itself: who computed rightly always ends
/// at a lie.
public struct Challenger: Sendable {
  private let source: any TraceSource
  private let stepRoots: [Digest]

  public init(_ source: any TraceSource) throws {
    self.source = source
    stepRoots = try source.stepRoots()
  }

  /// What there is to doubt in a receipt; nil if it agrees with what was computed here.
  public func doubt(of receipt: Receipt) -> Terms.Doubt? {
    if receipt.traceRoot != MerkleTree(stepRoots).root { return .trace }
    return receipt.outputRoot != NamedCommitment.root(of: source.outputs) ? .outputs : nil
  }

  /// The next move; nil where it is not the challenger's turn. It gives up where the search ends without
  /// a difference.
  public func move(in game: Game) throws -> Move? {
    guard game.turn == .challenger else { return nil }
    let step = game.place.step ?? 0
    switch game.phase {
    case .parts(let tree, let level, let nodes): return try choose(tree, level, nodes, step)
    case .record(let record):
      let own = try source.records(ofStep: step)[record.number]
      if let input = zip(record.record.inputs, own.inputs).enumerated()
        .first(where: { $1.0 != $1.1 })?.offset
      {
        return .doubtInput(input)
      }
      return zip(record.record.outputs, own.outputs).enumerated().first { $1.0 != $1.1 }
        .map { .doubtOutput($0.offset) } ?? .concede
    case .chunk(let record, let chunk):
      let output = try source.tensors(ofRecord: record.number, step: step)[record.inputs.count]
      let size = Int(output.commitment.elementByteCount ?? 1)
      let start = Int(chunk.index) * BLAKE3.chunkByteCount
      guard output.content.count >= start + chunk.data.count,
        let place = chunk.data.indices.first(where: {
          chunk.data[$0] != output.content[start + $0]
        })
      else { return .concede }
      return .chooseElement(UInt64((start + place) / size))
    case .sums(let record, let element, let sums):
      let tensors = try source.tensors(ofRecord: record.number, step: step)
      guard case .product(let rule) = record.judgement else { return .concede }
      let wrong = sums.indices.first { block in
        let ranges = rule.operands(of: element, block: block)
        return Arithmetic.chain(from: 0, tensors[0].words(ranges.a), tensors[1].words(ranges.b))
          != sums[block]
      }
      return wrong.map { .chooseBlock($0) } ?? .concede
    case .outputs, .tree, .source, .element, .block, .contents, .decided: return nil
    }
  }

  /// The first part that is another than in the own computation.
  private func choose(
    _ tree: PartedTree, _ level: Game.Level, _ nodes: [Digest], _ step: UInt64
  ) throws -> Move {
    let own: [Digest]
    switch level {
    case .steps: own = parts(tree, stepRoots)
    case .records: own = parts(tree, try source.records(ofStep: step).map(\.digest))
    case .chunks(let record):
      let output = try source.tensors(ofRecord: record.number, step: step)[record.inputs.count]
      let count = BLAKE3.chunkCount(ofByteCount: UInt64(output.content.count))
      guard count == tree.wholeCount else { return .choosePart(0) }
      own = tree.parts.map { BLAKE3.subtree(chunks: $0, of: output.content.span) }
    }
    return zip(nodes, own).enumerated().first { $1.0 != $1.1 }.map { .choosePart($0.offset) }
      ?? .concede
  }

  private func parts(_ tree: PartedTree, _ leaves: [Digest]) -> [Digest] {
    tree.parts.map { part in
      MerkleTree(leaves.inside(part)).root
    }
  }
}

extension [Digest] {
  /// Those of a part that are there: a tree may be said to have more leaves than it has.
  func inside(_ part: Range<UInt64>) -> ArraySlice<Digest> {
    dropFirst(Int(clamping: part.lowerBound)).prefix(
      Int(clamping: part.upperBound - part.lowerBound))
  }
}
