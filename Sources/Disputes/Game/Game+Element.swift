internal import Primitives
internal import Receipts

// The last steps: one element, one block, or an operator as a whole.

extension Game {
  mutating func playChunk(
    _ move: Move, _ record: OpenedRecord, _ chunk: BLAKE3.ChunkOpening
  ) throws(Illegal) {
    guard case .chooseElement(let element) = move else { throw .wrongMove }
    let size = record.outputs[0].elementByteCount ?? 1
    let first = chunk.index * UInt64(BLAKE3.chunkByteCount) / size
    guard element >= first, element < first + UInt64(chunk.data.count) / size else {
      throw .outOfRange
    }
    place.element = element
    let start = Int((element - first) * size)
    go(
      to: .element(
        record, element, claimed: Array(chunk.data[start..<start + Int(size)])), .prover)
  }

  mutating func playElement(
    _ move: Move, _ record: OpenedRecord, _ element: UInt64, _ claimed: [UInt8]
  ) throws(Illegal) {
    switch (move, record.judgement) {
    case (.operands(let openings), .elements(let rule)):
      let sources = rule.sources(of: element)
      guard openings.count == sources.count else { throw .wrongMove }
      var elements: [[UInt8]] = []
      for (index, source) in sources.enumerated() {
        elements.append(
          try read(source..<source + 1, of: rule.operands[index], openings[index]))
      }
      work.multiplyAdds += rule.multiplyAdds
      decide(claimed: claimed, found: rule.result(elements))
    case (.sums(let sums), .product(let rule)):
      guard sums.count == rule.blockCount else { throw .outOfRange }
      guard Arithmetic.bytes(Arithmetic.fold(sums)) == claimed else { throw .notCommitted }
      work.bytesOpened += sums.count * 4
      work.multiplyAdds += sums.count - 1
      go(to: .sums(record, element, sums), .challenger)
    default: throw .wrongMove
    }
  }

  mutating func playSums(
    _ move: Move, _ record: OpenedRecord, _ element: UInt64, _ sums: [UInt32]
  ) throws(Illegal) {
    guard case .chooseBlock(let block) = move else { throw .wrongMove }
    guard sums.indices.contains(block) else { throw .outOfRange }
    place.block = block
    go(to: .block(record, element, sums, block), .prover)
  }

  mutating func playBlock(
    _ move: Move, _ record: OpenedRecord, _ element: UInt64, _ sums: [UInt32], _ block: Int
  ) throws(Illegal) {
    guard case .operands(let openings) = move, openings.count == 2,
      case .product(let rule) = record.judgement
    else { throw .wrongMove }
    let ranges = rule.operands(of: element, block: block)
    let a = Arithmetic.words(try read(ranges.a, of: rule.a, openings[0]))
    let b = Arithmetic.words(try read(ranges.b, of: rule.b, openings[1]))
    work.multiplyAdds += a.count
    decide(
      claimed: Arithmetic.bytes(sums[block]),
      found: Arithmetic.bytes(Arithmetic.chain(from: 0, a, b)))
  }

  private mutating func decide(claimed: [UInt8], found: [UInt8]) {
    end(
      claimed == found ? .challenger : .prover, .computed, claimed: claimed, found: found)
  }

  /// Elements of a tensor by the chunks, one or two, in which they lie.
  private mutating func read(
    _ elements: Range<UInt64>, of tensor: TensorCommitment, _ openings: [BLAKE3.ChunkOpening]
  ) throws(Illegal) -> [UInt8] {
    let size = tensor.elementByteCount ?? 1
    let bytes = elements.lowerBound * size..<elements.upperBound * size
    let chunk = UInt64(BLAKE3.chunkByteCount)
    let chunks = bytes.lowerBound / chunk...(bytes.upperBound - 1) / chunk
    guard openings.count == chunks.count else { throw .wrongMove }
    var data: [UInt8] = []
    for (index, opening) in zip(chunks, openings) {
      guard opening.index == index, opening.byteCount == tensor.byteCount,
        opening.root == tensor.content
      else { throw .notCommitted }
      work.bytesOpened += opening.sizeBytes
      data += opening.data
    }
    let start = Int(bytes.lowerBound - chunks.lowerBound * chunk)
    return Array(data[start..<start + Int(bytes.upperBound - bytes.lowerBound)])
  }

  mutating func playContents(
    _ move: Move, _ record: OpenedRecord, _ judge: (any OperatorJudge)?
  ) throws(Illegal) {
    guard case .contents(let contents) = move else { throw .wrongMove }
    let sources = terms.program.entries[record.number].inputs
    guard contents.count == sources.count else { throw .wrongMove }
    guard contents.reduce(0, { $0 + $1.count }) <= Self.contentsByteCountMax else {
      throw .tooLarge
    }
    for (index, content) in contents.enumerated() {
      switch sources[index] {
      case .absent, .constant: guard content.isEmpty else { throw .wrongMove }
      case .input, .output, .carried:
        guard BLAKE3.hash(content) == record.inputs[index].content else { throw .notCommitted }
      }
      work.bytesOpened += content.count
    }
    guard let judge else { throw .noJudge }
    work.operatorsComputed += 1
    let claimed = record.record.outputs[place.output ?? 0]
    switch judge.outputs(
      of: record.number, step: step?.number ?? 0, inputs: record.inputs, contents: contents,
      terms)
    {
    case .notJudged: end(.challenger, .notJudged)
    case .impossible: end(.prover, .impossible, claimed: claimed.array)
    case .computed(let outputs):
      guard outputs.count == record.outputs.count else { return end(.challenger, .notJudged) }
      let found = outputs[place.output ?? 0]
      end(
        claimed == found ? .challenger : .prover, .computed, claimed: claimed.array,
        found: found.array)
    }
  }

  /// The most bytes that may be opened for an operator that is computed as a whole.
  public static let contentsByteCountMax = 64 << 20
}
