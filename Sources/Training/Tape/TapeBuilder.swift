internal import CKernels

/// Collects operations over buffers, then gives every buffer its place.
///
/// A buffer that several programs share, or that somebody reads or fills between runs, has its place
/// from the start. All others live from the first operation that names them to the last, and later
/// ones take their room.
struct TapeBuilder {
  private struct Buffer {
    let wordCount: Int
    var place: Int?
  }

  private var buffers: [Buffer] = []
  private(set) var operations: [ree_tape_op] = []

  /// A buffer with a place of its own.
  mutating func fixed(_ place: Int, wordCount: Int) -> Operand {
    buffers.append(Buffer(wordCount: wordCount, place: place))
    return Operand(buffer: buffers.count - 1)
  }

  /// A buffer for intermediate results.
  mutating func scratch(wordCount: Int) -> Operand {
    buffers.append(Buffer(wordCount: wordCount))
    return Operand(buffer: buffers.count - 1)
  }

  mutating func append(
    _ kind: ree_tape_kind, _ change: (inout ree_tape_op) -> Void
  ) {
    var operation = ree_tape_op.of(kind)
    change(&operation)
    operations.append(operation)
  }

  /// The tape with addresses. Scratch buffers lie from `start` on.
  func build(_ name: String, scratchFrom start: Int) -> Tape {
    var lives = [ClosedRange<Int>?](repeating: nil, count: buffers.count)
    for (index, operation) in operations.enumerated() {
      for path in ree_tape_op.operandPaths {
        guard let operand = Operand(operation[keyPath: path]) else { continue }
        let first = lives[operand.buffer]?.lowerBound ?? index
        lives[operand.buffer] = first...index
      }
    }
    var places = buffers.map(\.place)
    var room = ScratchRoom(start: start)
    let births = Dictionary(grouping: lives.indices) { lives[$0]?.lowerBound ?? -1 }
    let deaths = Dictionary(grouping: lives.indices) { lives[$0]?.upperBound ?? -1 }
    for index in operations.indices {
      for buffer in births[index] ?? [] where places[buffer] == nil {
        places[buffer] = room.take(buffers[buffer].wordCount)
      }
      for buffer in deaths[index] ?? [] where buffers[buffer].place == nil {
        if let place = places[buffer] { room.giveBack(place, buffers[buffer].wordCount) }
      }
    }
    let placed = operations.map { operation in
      var operation = operation
      for path in ree_tape_op.operandPaths {
        guard let operand = Operand(operation[keyPath: path]) else { continue }
        operation[keyPath: path] = UInt64((places[operand.buffer] ?? 0) + operand.offset)
      }
      return operation
    }
    return Tape(name: name, operations: placed, wordCount: room.end)
  }
}

/// Operations with addresses, and how many words of memory they need.
struct Tape: Sendable {
  /// Among the tapes of a plan.
  let name: String
  let operations: [ree_tape_op]
  let wordCount: Int

  /// The multiply-adds of its products.
  var multiplyAdds: UInt64 {
    operations.reduce(0) { sum, operation in
      guard operation.kind == REE_TAPE_MATMUL.rawValue else { return sum }
      return sum &+ operation.m &* operation.n &* operation.k &* operation.outer &* operation.inner
    }
  }
}

/// Free and taken words behind a start, the lowest free ones first.
private struct ScratchRoom {
  /// Cache lines, and vectors of every instruction set.
  private static let alignment = 16

  private(set) var end: Int
  /// Sorted, apart from one another.
  private var free: [Range<Int>] = []

  init(start: Int) {
    end = Self.roundUp(start)
  }

  private static func roundUp(_ count: Int) -> Int {
    (count + alignment - 1) / alignment * alignment
  }

  mutating func take(_ wordCount: Int) -> Int {
    let size = Self.roundUp(max(wordCount, 1))
    if let index = free.firstIndex(where: { $0.count >= size }) {
      let place = free[index].lowerBound
      let rest = place + size..<free[index].upperBound
      free.replaceSubrange(index...index, with: rest.isEmpty ? [] : [rest])
      return place
    }
    // What is free at the end is the beginning of what is needed.
    if let last = free.last, last.upperBound == end {
      free.removeLast()
      end = last.lowerBound + size
      return last.lowerBound
    }
    defer { end += size }
    return end
  }

  mutating func giveBack(_ place: Int, _ wordCount: Int) {
    var range = place..<place + Self.roundUp(max(wordCount, 1))
    let index = free.firstIndex { $0.lowerBound > place } ?? free.count
    var replaced = index..<index
    if index < free.count, free[index].lowerBound == range.upperBound {
      range = range.lowerBound..<free[index].upperBound
      replaced = replaced.lowerBound..<index + 1
    }
    if index > 0, free[index - 1].upperBound == range.lowerBound {
      range = free[index - 1].lowerBound..<range.upperBound
      replaced = index - 1..<replaced.upperBound
    }
    free.replaceSubrange(replaced, with: [range])
  }
}
