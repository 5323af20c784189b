internal import CKernels

/// Writes down what a run does to its memory, so that a program without Swift can replay it.
///
/// A recording is, in little-endian words of 64 bits: `REETAPE1`; the words of memory (of 32 bits)
/// that it needs; then events to the end, each with its kind in front:
///
///     1  a tape: the number of operations, then so many `ree_tape_op`; tapes are numbered from 0
///     2  words to store: place, count, then the words (of 32 bits), filled up to 64 bits
///     3  a tape's number: run it
///     4  place and count: print a line with the hash of these words
@safe
final class TapeRecorder {
  private(set) var bytes: [UInt8]
  private var tapes: [String] = []

  init(wordCount: Int) {
    bytes = Array("REETAPE1".utf8)
    append([UInt64(wordCount)])
  }

  private func append(_ words: [UInt64]) {
    for word in words {
      for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift * 8))) }
    }
  }

  func store(_ words: UnsafeRawBufferPointer, at place: Int) {
    append([2, UInt64(place), UInt64(words.count / 4)])
    unsafe bytes.append(contentsOf: words)
    if !words.count.isMultiple(of: 8) { bytes += [0, 0, 0, 0] }
  }

  func run(_ tape: Tape) {
    if !tapes.contains(tape.name) {
      tapes.append(tape.name)
      append([1, UInt64(tape.operations.count)])
      unsafe tape.operations.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }
    append([3, UInt64(tapes.firstIndex(of: tape.name) ?? 0)])
  }

  func hash(_ words: Range<Int>) {
    append([4, UInt64(words.lowerBound), UInt64(words.count)])
  }
}

extension Trainer {
  /// Records the next steps: the state before, the tapes, what each step stores and runs, and after
  /// each step a line of the state's hash.
  package func recording(steps count: Int) -> [UInt8] {
    let recorder = TapeRecorder(wordCount: plan.wordCount)
    let state = plan.layout.parameters..<plan.layout.gradients
    memory.withBytes(state) { span in
      unsafe span.withUnsafeBytes { unsafe recorder.store(unsafe $0, at: state.lowerBound) }
    }
    memory.recorder = recorder
    defer { memory.recorder = nil }
    for _ in 0..<count {
      _ = step()
      recorder.hash(state)
    }
    return recorder.bytes
  }

  /// A short hash of parameters and moments, as a replay prints it: over words of 32 bits,
  /// `h = (h ^ word) * 1099511628211; h = h ^ (h >> 29)`, from 1469598103934665603.
  package var fingerprint: UInt64 {
    memory.withBytes((plan.layout.parameters..<plan.layout.gradients)) { span in
      var hash: UInt64 = 1_469_598_103_934_665_603
      for index in stride(from: 0, to: span.count, by: 4) {
        let word = (0..<4).reduce(UInt32(0)) { $0 | UInt32(span[index + $1]) << UInt32($1 * 8) }
        hash = (hash ^ UInt64(word)) &* 1_099_511_628_211
        hash ^= hash >> 29
      }
      return hash
    }
  }
}
