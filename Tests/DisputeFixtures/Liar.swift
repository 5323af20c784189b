public import Disputes
internal import Primitives
internal import Receipts

/// A prover that defends what it claims by every opening that fits: also the sums of a dot product that it
/// never computed.
public struct Liar: Sendable {
  private let prover: Prover

  public init(_ claim: any TraceSource) throws {
    prover = try Prover(claim)
  }

  public func move(in game: Game) throws -> Move? {
    let move = try prover.move(in: game)
    guard case .sums(let sums)? = move, case .element(_, _, let claimed) = game.phase else {
      return move
    }
    return .sums(Self.bent(sums, to: Arithmetic.word(claimed)))
  }

  /// Sums of which the last is chosen such that all fold to the claim.
  private static func bent(_ sums: [UInt32], to claimed: UInt32) -> [UInt32] {
    guard Arithmetic.fold(sums) != claimed else { return sums }
    guard sums.count > 1 else { return [claimed] }
    let before = Float(bitPattern: Arithmetic.fold(Array(sums.dropLast())))
    let wanted = (Float(bitPattern: claimed) - before).bitPattern
    for distance in 0..<UInt32(64) {
      for last in [wanted &+ distance, wanted &- distance] {
        let bent = sums.dropLast() + [last]
        if Arithmetic.fold(Array(bent)) == claimed { return Array(bent) }
      }
    }
    return sums
  }
}

extension Arithmetic {
  static func word(_ bytes: [UInt8]) -> UInt32 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }
}
