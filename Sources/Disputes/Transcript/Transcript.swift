public import Primitives
internal import Receipts
public import Sodium

/// A dispute as it was played: all that is needed to judge it once more, by anybody.
///
/// What a referee adds is when each move came. A verdict by timeout is therefore as good as its clock;
/// every other one follows from what the players signed.
public struct Transcript: Sendable {
  /// The largest transcript that is read, in bytes.
  public static let byteCountMax = 256 << 20
  public static let moveCountMax = 1024

  public let terms: Terms
  /// When the dispute began, in microseconds since 1970.
  public let startTime: UInt64
  public private(set) var moves: [(time: UInt64, move: SignedMove)] = []
  /// When a player's time was found to have run out.
  public private(set) var endTime: UInt64?
  public private(set) var game: Game

  public init(_ terms: Terms, at time: UInt64) {
    self.terms = terms
    startTime = time
    game = Game(terms, at: time)
  }

  public var verdict: Verdict? { game.verdict }
  /// What the next move must name.
  public var last: Digest { moves.last?.move.hash ?? terms.id }

  /// Why a signed move is not part of the dispute.
  public enum Refusal: Error, Hashable, Sendable {
    case malformed(SignedMove.Malformed)
    /// It is of another dispute, or answers another move than the last one.
    case misplaced
    case illegal(Game.Illegal)
    /// The dispute has more moves than one may have.
    case tooLong
  }

  /// Adds a move.
  public mutating func append(
    _ bytes: [UInt8], at time: UInt64, judge: (any OperatorJudge)? = nil
  ) throws(Refusal) {
    guard moves.count < Self.moveCountMax else { throw .tooLong }
    let signed: SignedMove
    do {
      signed = try SignedMove(bytes: bytes, terms)
    } catch {
      throw .malformed(error)
    }
    guard signed.disputeID == terms.id, signed.number == UInt64(moves.count),
      signed.previous == last
    else { throw .misplaced }
    do {
      try game.play(signed.move, by: signed.party, at: time, judge: judge)
    } catch {
      throw .illegal(error)
    }
    moves.append((time, signed))
  }

  /// Ends the dispute if a player's time has run out; says whether it has ended.
  public mutating func expire(at time: UInt64) -> Bool {
    guard game.verdict == nil else { return true }
    guard game.expire(at: time) else { return false }
    endTime = time
    return true
  }

  /// Signs the next move of a party.
  public func sign(
    _ move: Move, by party: Party, with key: borrowing Ed25519.SecretKey
  ) -> SignedMove {
    SignedMove(
      move, by: party, after: last, number: UInt64(moves.count), in: terms.id, with: key)
  }
}
