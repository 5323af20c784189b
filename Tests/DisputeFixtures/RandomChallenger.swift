public import Disputes
internal import Primitives
internal import Receipts

/// Plays anything that its turn allows, sensible or not, and now and then what it does not allow.
public struct RandomChallenger: Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  private mutating func next(_ count: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state >> 33) % max(count, 1)
  }

  public mutating func move(in game: Game) -> Move? {
    guard next(40) > 0 else { return .chooseElement(UInt64(next(1 << 20))) }
    switch game.phase {
    case .parts(_, _, let nodes): return .choosePart(next(nodes.count))
    case .record(let record):
      return next(3) == 0
        ? .doubtInput(next(record.inputs.count)) : .doubtOutput(next(record.outputs.count))
    case .chunk(let record, let chunk):
      let size = record.outputs[0].dataType == 1 ? 4 : 8
      return .chooseElement(
        (chunk.index * 1024 + UInt64(next(chunk.data.count))) / UInt64(size))
    case .sums(_, _, let sums): return .chooseBlock(next(sums.count))
    default: return nil
    }
  }
}
