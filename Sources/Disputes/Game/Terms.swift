public import Primitives
public import Receipts
public import Sodium

/// What a dispute is about, as its challenger signs it.
public struct Terms: Hashable, Sendable {
  /// The receipt in doubt, whole: its prover's key and signature are in it.
  public let receipt: SignedReceipt
  /// What the receipt's model has to record.
  public let program: Program
  public let challenger: Ed25519.PublicKey
  public let doubt: Doubt
  /// How long a player may think, in microseconds.
  public let moveTime: UInt64
  /// What tells one dispute from another about the same receipt, 32 bytes.
  public let nonce: Digest

  /// What is said to be wrong.
  public enum Doubt: UInt64, Hashable, Sendable, CaseIterable {
    /// A record of the trace.
    case trace = 1
    /// The outputs: they are not what the trace ends in.
    case outputs = 2
  }

  /// Why there cannot be a dispute.
  public enum Refusal: Error, Hashable, Sendable {
    /// The receipt has no trace: whoever doubts it computes it anew.
    case noTrace
    /// It has no step.
    case noSteps
    /// The program is not that of the receipt's model.
    case otherModel
    /// The move time is 0 or longer than a year.
    case moveTime
  }

  public static let moveTimeMax: UInt64 = 365 * 86_400 * 1_000_000

  public init(
    receipt: SignedReceipt, program: Program, challenger: Ed25519.PublicKey, doubt: Doubt,
    moveTime: UInt64, nonce: Digest
  ) throws(Refusal) {
    guard receipt.receipt.traceRoot != nil else { throw .noTrace }
    guard receipt.receipt.stepCount > 0 else { throw .noSteps }
    guard receipt.receipt.traceLevel != .nodes || program.modelRoot == receipt.receipt.model.root
    else { throw .otherModel }
    guard 1...Self.moveTimeMax ~= moveTime else { throw .moveTime }
    self.receipt = receipt
    self.program = program
    self.challenger = challenger
    self.doubt = doubt
    self.moveTime = moveTime
    self.nonce = nonce
  }

  /// The dispute's name: every move carries it.
  public var id: Digest {
    var writer = CBORWriter()
    writer.beginArray(7)
    writer.write("gensyn.ree.dispute.v1")
    writer.write(receipt.hash.array)
    writer.write(program.digest.array)
    writer.write(challenger.bytes)
    writer.write(doubt.rawValue)
    writer.write(moveTime)
    writer.write(nonce.array)
    return BLAKE3.hash(writer.bytes)
  }

  /// The key that must sign a party's moves.
  public func key(of party: Party) -> Ed25519.PublicKey {
    party == .prover ? receipt.receipt.proverKey : challenger
  }

  var traceRoot: Digest { receipt.receipt.traceRoot ?? BLAKE3.hash([]) }

  /// The most moves until a verdict, where no tensor has more than `elementCountMax` elements.
  public func moveCountMax(elementCountMax: UInt64) -> Int {
    guard doubt == .trace else { return 1 }
    let trees = [receipt.receipt.stepCount, UInt64(program.entries.count)]
    let descents = trees.reduce(0) { $0 + 2 * PartedTree.openingCount(leafCount: $1) + 1 }
    let chunks = PartedTree.openingCount(
      leafCount: BLAKE3.chunkCount(ofByteCount: 8 * elementCountMax))
    // The doubt; the output's tree, a chunk, an element, sums, a block, and its numbers.
    return descents + 1 + 2 * chunks + 5
  }
}
