public import Tokenizers

/// A text as the tokens that a run learns from.
public struct TokenText: Sendable {
  let tokens: [UInt32]

  public var count: Int { tokens.count }

  /// Each byte is a token.
  public init(bytes: Span<UInt8>) {
    var tokens: [UInt32] = []
    tokens.reserveCapacity(bytes.count)
    for index in 0..<bytes.count { tokens.append(UInt32(bytes[index])) }
    self.tokens = tokens
  }

  /// The tokens of a text in UTF-8, where what is not UTF-8 counts as U+FFFD. Texts are cut at line
  /// ends into parts of some 64 KiB, which a tokenizer that splits at white space does not notice.
  public init(bytes: Span<UInt8>, tokenizer: Tokenizer) {
    var tokens: [UInt32] = []
    var start = 0
    while start < bytes.count {
      var end = min(start + 65_536, bytes.count)
      while end < bytes.count, end > start + 1, bytes[end - 1] != 0x0A { end -= 1 }
      if end == start + 1 { end = min(start + 65_536, bytes.count) }
      let part = (start..<end).map { bytes[$0] }
      let text = String(decoding: part, as: UTF8.self)
      tokens += tokenizer.encode(text, addingSpecialTokens: false).ids
      start = end
    }
    self.tokens = tokens
  }

  init(tokens: [UInt32]) {
    self.tokens = tokens
  }
}

/// The texts that a run names, checked against its configuration.
public struct TrainingData: Sendable {
  let train: TokenText
  let validation: TokenText?

  public init(
    _ configuration: TrainingConfiguration, train: TokenText, validation: TokenText?
  ) throws(TrainingRefusal) {
    let needed = configuration.sequenceLength + 1
    guard train.count >= needed else {
      throw .shortData("the training data", tokens: train.count, needed: needed)
    }
    if let validation {
      let needed = configuration.microBatchSize * configuration.sequenceLength + 1
      guard validation.count >= needed else {
        throw .shortData("the validation data", tokens: validation.count, needed: needed)
      }
    }
    for text in [train, validation] {
      guard let highest = text?.tokens.max(), highest >= configuration.gpt.vocabularySize else {
        continue
      }
      throw .token(highest, vocabularySize: configuration.gpt.vocabularySize)
    }
    self.train = train
    self.validation = validation
  }
}
