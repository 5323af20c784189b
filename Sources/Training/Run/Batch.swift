internal import Primitives
internal import REE
internal import Receipts

/// Sequences of tokens, each with the token that follows.
struct Batch {
  /// [sequences][length + 1].
  let tokens: [UInt32]
  let length: Int

  /// The batch of one pass of a step: a function of the seed, the text and the numbers alone.
  ///
  /// Sequence i of pass p begins at `(w0 * 2^32 + w1) * (count - length) >> 64`, where w0 and w1 are the
  /// first words of Philox at the counter (step's lower half, step's upper half, p, i).
  static func drawn(
    _ configuration: TrainingConfiguration, _ text: TokenText, step: UInt64, pass: Int
  ) -> Batch {
    let philox = Philox4x32(seed: configuration.seed)
    let length = configuration.sequenceLength
    var tokens: [UInt32] = []
    tokens.reserveCapacity(configuration.microBatchSize * (length + 1))
    for sequence in 0..<configuration.microBatchSize {
      let words = philox.words(
        (
          UInt32(truncatingIfNeeded: step), UInt32(truncatingIfNeeded: step >> 32),
          UInt32(clamping: pass), UInt32(clamping: sequence)
        ))
      let random = UInt64(words.0) << 32 | UInt64(words.1)
      let start = Int(random.multipliedFullWidth(by: UInt64(text.count - length)).high)
      tokens += text.tokens[start..<start + length + 1]
    }
    return Batch(tokens: tokens, length: length)
  }

  /// The `index`th batch of consecutive sequences of a text, without overlap.
  static func consecutive(
    _ configuration: TrainingConfiguration, _ text: TokenText, index: Int
  ) -> Batch {
    let length = configuration.sequenceLength
    let first = index * configuration.microBatchSize
    let tokens = (first..<first + configuration.microBatchSize).flatMap { sequence in
      text.tokens[sequence * length..<sequence * length + length + 1]
    }
    return Batch(tokens: tokens, length: length)
  }

  /// How many of those a text gives.
  static func consecutiveCount(_ configuration: TrainingConfiguration, _ text: TokenText) -> Int {
    (text.count - 1) / (configuration.microBatchSize * configuration.sequenceLength)
  }

  var indices: [Int64] {
    tokens.enumerated().filter { $0.offset % (length + 1) < length }.map { Int64($0.element) }
  }

  var targets: [Int32] {
    tokens.enumerated().filter { $0.offset % (length + 1) > 0 }
      .map { Int32(bitPattern: $0.element) }
  }
}
