import DisputeFixtures
import Disputes
import Primitives
import Receipts
import Sodium
import Testing

/// What strangers send is bounded and never more than refused.
@Suite
struct HostileTests {
  private static let played = try? play()
  private let transcript: Transcript

  init() throws {
    transcript = try #require(Self.played)
  }

  private static func play() throws -> Transcript {
    let recurrence = try Recurrence(rows: 1, width: 40, stepCount: 3)
    return try Match.short(recurrence)
  }

  @Test(arguments: 0..<300)
  func `a changed transcript is refused, or is another fair game`(number: Int) throws {
    var bytes = transcript.bytes
    let place = number * 104_729 % bytes.count
    bytes[place] = bytes[place] &+ UInt8(1 + number % 255)

    guard let again = try? Transcript(bytes: bytes, judge: LoopJudge()) else { return }

    // Only the host's times are not signed by a player.
    #expect(again.moves.map(\.move) == transcript.moves.map(\.move))
    #expect(again.verdict == transcript.verdict)
  }

  @Test
  func `a cut transcript is refused`() {
    let bytes = transcript.bytes
    for count in stride(from: 0, to: bytes.count, by: max(bytes.count / 200, 1)) {
      #expect(throws: Transcript.Malformed.self) {
        try Transcript(bytes: Array(bytes[..<count]), judge: LoopJudge())
      }
    }
  }

  @Test(arguments: 0..<300)
  func `random bytes are refused`(seed: Int) {
    let bytes = BLAKE3(derivingKeyFor: "noise \(seed)").finalize(count: 700)

    #expect(throws: Transcript.Malformed.self) { try Transcript(bytes: bytes) }
    #expect(throws: Program.Malformed.self) { try Program(bytes: bytes) }
    #expect(throws: SignedMove.Malformed.self) {
      try SignedMove(bytes: bytes, transcript.terms)
    }
  }

  @Test
  func `a list that says it is endless is refused before it is made`() {
    // An array of 2^64 - 1 items in each place where a list begins.
    let endless: [UInt8] = [0x9B] + [UInt8](repeating: 0xFF, count: 8)
    for prefix in [[], [0x86, 1, 0x82, 0, 0x58, 0x20] + [UInt8](repeating: 0, count: 32)] {
      #expect(throws: Program.Malformed.self) { try Program(bytes: prefix + endless) }
    }
    #expect(throws: Transcript.Malformed.self) { try Transcript(bytes: endless) }
  }

  @Test
  func `a program that reads what there is not is refused`() throws {
    func program(_ source: Program.Source) throws -> Program {
      try Program(
        inputs: [Program.Input(name: "x")], constants: [],
        entries: [
          Program.Entry(
            node: 0, nodeHash: BLAKE3.hash([]), operatorName: "ai.onnx.Neg",
            semanticsVersion: "1.0.0", inputs: [source], outputCount: 1)
        ], outputs: [], frame: .graph(header: BLAKE3.hash([])))
    }

    for source in [
      Program.Source.input(1), .constant(0), .output(entry: 0, index: 0),
      .carried(entry: 1, index: 0, first: 0), .carried(entry: 0, index: 1, first: 0),
    ] {
      #expect(throws: Program.Malformed.source) { try program(source) }
    }
    let good = try program(.carried(entry: 0, index: 0, first: 0))
    #expect(try Program(bytes: good.bytes) == good)
  }

  @Test
  func `openings of impossible sizes are refused`() throws {
    var match = try Match(
      transcript.terms.receipt, transcript.terms.program, doubt: .trace, judge: LoopJudge())
    let chunk = BLAKE3.ChunkOpening(
      index: .max, byteCount: .max, data: [], siblings: [BLAKE3.hash([])])
    let record = TraceRecord(
      node: .max, nodeHash: BLAKE3.hash([]), operatorName: "", semanticsVersion: "", inputs: [],
      outputs: [])
    let path = MerklePath(index: .max, leafCount: .max, siblings: [])
    let moves: [Move] = [
      .chunk(chunk), .operands([[chunk], [chunk]]), .parts([]),
      .step(root: .init(zero: ()), recordCount: .max),
      .record(record, tensors: []), .sums([]), .contents([[]]),
      .origin(RecordOpening(record: record, recordPath: path, stepPath: path)), .inputs([]),
      .outputs([], inputs: [], origins: []),
    ]

    for move in moves {
      #expect(throws: Transcript.Refusal.self) { try match.play(move, by: .prover) }
    }
  }
}

extension Digest {
  fileprivate init(zero: Void) { self.init([32 of UInt8](repeating: 0)) }
}
