internal import ABI
internal import ContractBindings
public import Disputes
internal import EVM
internal import Primitives
internal import Receipts

/// Plays a dispute once more on chain, move by move: the contracts of the genesis in our EVM.
public struct ChainReplay: Sendable {
  /// Nil where the chain had no verdict: the search ended with what it does not judge, an input.
  public let isProverConvicted: Bool?
  /// Of the moves, the opening of the dispute among them.
  public let gasUsed: UInt64
  /// Of the last one, in which the chain computes.
  public let gasOfLastMove: UInt64

  public init(_ transcript: Transcript) throws {
    let market = try Market()
    let receipt = transcript.terms.receipt.receipt
    let dispute = try market.dispute(
      stepCount: receipt.stepCount, root: receipt.traceRoot ?? BLAKE3.hash([]))
    var replay = Replay(market: market, dispute: dispute)
    var before = market.gasUsed
    for (_, signed) in transcript.moves {
      guard try market.phase(of: dispute) < 6 else { break }
      before = market.gasUsed
      guard try replay.play(signed.move, by: signed.party) else { break }
    }
    if transcript.endTime != nil, try market.phase(of: dispute) < 6 {
      market.wait(seconds: 61)
      before = market.gasUsed
      try market.send(
        ContractBindings.Disputes.timeOut(number: dispute), from: Market.challenger)
    }
    let phase = try market.phase(of: dispute)
    isProverConvicted = phase < 6 ? nil : phase == 7
    gasUsed = market.gasUsed
    gasOfLastMove = market.gasUsed - before
  }
}

/// What a move on chain must bring along of those before it.
private struct Replay {
  let market: Market
  let dispute: U256
  private var parts: [Digest] = []
  private var forms: [Bytes] = [Bytes([]), Bytes([]), Bytes([])]
  private var chunk: [ContractBindings.Disputes.Opening] = []
  private var sums: [FixedBytes<4>] = []

  init(market: Market, dispute: U256) {
    self.market = market
    self.dispute = dispute
  }

  private func send<Output>(_ call: ContractCall<Output>, by party: Party) throws {
    try market.send(call, from: party == .prover ? Market.provider : Market.challenger)
  }

  /// Whether the chain knows the move.
  mutating func play(_ move: Move, by party: Party) throws -> Bool {
    typealias Contract = ContractBindings.Disputes
    switch move {
    case .parts(let nodes):
      parts = nodes
      try send(Contract.reveal(number: dispute, parts: nodes), by: party)
    case .choosePart(let part):
      try send(
        Contract.choose(number: dispute, parts: parts, part: U256(UInt64(part))), by: party)
    case .step(let root, let count):
      try send(
        Contract.revealStep(number: dispute, stepRoot: root, recordCount: U256(count)), by: party)
    case .record(let record, let tensors):
      // Only those with two inputs and one output are looked at.
      if record.inputs.count == 2, record.outputs.count == 1 {
        forms = tensors.map { Bytes($0.form) }
      }
      try send(
        Contract.revealRecord(
          number: dispute, form: Bytes(record.form), left: forms[0], right: forms[1],
          output: forms[2]), by: party)
    case .chunk(let opening):
      chunk = Self.openings([opening])
      try send(
        Contract.revealChunk(number: dispute, output: forms[2], openings: chunk), by: party)
    case .chooseElement(let element):
      try send(
        Contract.chooseElement(number: dispute, element: U256(element)), by: party)
    case .operands(let operands): try judge(operands, party)
    case .sums(let words):
      sums = words.compactMap { word in
        FixedBytes<4>((0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32($0 * 8)) })
      }
      try send(
        Contract.revealSums(
          number: dispute, left: forms[0], output: forms[2], openings: chunk, sums: sums),
        by: party)
    case .chooseBlock(let block):
      try send(
        Contract.chooseBlock(number: dispute, sums: sums, block: U256(UInt64(block))), by: party)
    case .concede: try send(Contract.concede(number: dispute), by: party)
    // An output is what the chain's game is about.
    case .doubtOutput: break
    case .doubtInput, .origin, .inputs, .outputs, .contents: return false
    }
    return true
  }

  private func judge(_ operands: [[BLAKE3.ChunkOpening]], _ party: Party) throws {
    typealias Contract = ContractBindings.Disputes
    let openings = operands.map(Self.openings)
    guard sums.isEmpty else {
      return try send(
        Contract.judgeBlock(
          number: dispute, sums: sums, left: forms[0], right: forms[1], output: forms[2],
          leftOpenings: openings[0], rightOpenings: openings[1]), by: party)
    }
    try send(
      Contract.judgeElement(
        number: dispute, left: forms[0], right: forms[1], output: forms[2],
        leftOpenings: openings[0], rightOpenings: openings[1], outputOpenings: chunk), by: party)
  }

  private static func openings(
    _ openings: [BLAKE3.ChunkOpening]
  ) -> [ContractBindings.Disputes.Opening] {
    openings.map {
      .init(chunk: Bytes($0.data), siblings: Bytes($0.siblings.flatMap(\.array)))
    }
  }
}
