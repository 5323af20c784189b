public import ModelFiles

extension Tokenizer {
  /// Reads the tokenizer inside a GGUF file, from its `tokenizer.ggml.…` values.
  public init(gguf metadata: GGUFMetadata) throws(TokenizerError) {
    guard let kind = metadata["tokenizer.ggml.model"]?.string else {
      throw .field("tokenizer.ggml.model")
    }
    guard let texts = metadata["tokenizer.ggml.tokens"]?.strings else {
      throw .field("tokenizer.ggml.tokens")
    }
    let types = try metadata.tokenTypes(count: texts.count)
    var vocabulary = Vocabulary()
    vocabulary.reserve(texts.count)
    for (id, text) in texts.enumerated() { try vocabulary.insert(text, id) }
    let parts: Parts
    switch kind {
    case "gpt2": parts = try Parts(bytePair: metadata, vocabulary)
    case "llama": parts = try Parts(sentencePiece: metadata, vocabulary)
    default: throw .unsupported(part: "tokenizer.ggml.model", what: kind)
    }
    let added = zip(texts.indices, types).compactMap { id, type -> AddedTokens.Token? in
      guard type == .control || type == .userDefined else { return nil }
      return AddedTokens.Token(text: texts[id], id: UInt32(id), isSpecial: type == .control)
    }

    self.vocabulary = vocabulary
    model = parts.model
    preTokenizer = parts.preTokenizer
    decoder = parts.decoder
    normalizer = .none
    self.added = AddedTokens(added, normalizer: .none)
    postProcessor = try metadata.template(defaultsToStart: parts.beginsTexts, size: texts.count)
  }

  /// What the kind of a GGUF tokenizer decides.
  private struct Parts {
    let model: TokenModel
    let preTokenizer: PreTokenizer
    let decoder: TokenDecoder
    /// Whether texts begin with the start token where the file does not say.
    let beginsTexts: Bool

    init(bytePair metadata: GGUFMetadata, _ vocabulary: Vocabulary) throws(TokenizerError) {
      guard let merges = metadata["tokenizer.ggml.merges"]?.strings else {
        throw .field("tokenizer.ggml.merges")
      }
      var pairs: [(String, String)] = []
      for (index, merge) in merges.enumerated() {
        let bytes = Array(merge.utf8)
        // The first blank behind the first byte: neither token holds one.
        guard let blank = bytes.dropFirst().firstIndex(of: 0x20), blank + 1 < bytes.count else {
          throw .merge(index)
        }
        pairs.append(
          (
            String(decoding: bytes[..<blank], as: UTF8.self),
            String(decoding: bytes[(blank + 1)...], as: UTF8.self)
          ))
      }
      var takesWholePieces = false
      switch metadata["tokenizer.ggml.pre"]?.string {
      case "gpt-2", "gpt2": preTokenizer = .pattern(.gpt2)
      case "smollm", "starcoder", "refact", "codeshell", "command-r":
        preTokenizer = .sequence([.digits(individually: true), .pattern(.gpt2)])
      case "llama-bpe", "llama3", "llama-v3":
        preTokenizer = .pattern(.llama3)
        takesWholePieces = true
      case "qwen2", "deepseek-r1-qwen": preTokenizer = .pattern(.qwen2)
      case let name:
        throw .unsupported(part: "tokenizer.ggml.pre", what: name ?? "none")
      }
      beginsTexts = takesWholePieces
      decoder = .byteLevel
      model = .bytePair(
        BytePairEncoding(
          merges: try BytePairEncoding.table(pairs, vocabulary),
          symbols: .bytes(BytePairEncoding.byteSymbols(vocabulary)),
          takesWholePieces: takesWholePieces))
    }

    init(sentencePiece metadata: GGUFMetadata, _ vocabulary: Vocabulary) throws(TokenizerError) {
      guard let scores = metadata["tokenizer.ggml.scores"]?.floats,
        scores.count == vocabulary.size, !scores.contains(where: \.isNaN)
      else { throw .field("tokenizer.ggml.scores") }
      let unknown = metadata["tokenizer.ggml.unknown_token_id"]?.integer ?? 0
      guard let unknown = UInt32(exactly: unknown), unknown < vocabulary.size else {
        throw .field("tokenizer.ggml.unknown_token_id")
      }
      model = .sentencePiece(
        SentencePiece(
          ranks: SentencePiece.ranks(scores),
          byteTokens: (0..<256).map { vocabulary.id(BytePairEncoding.byteToken($0)) },
          unknown: unknown))
      let addsPrefix = metadata["tokenizer.ggml.add_space_prefix"]?.bool ?? true
      preTokenizer = .metaspace(
        mark: "\u{2581}", prefix: addsPrefix ? .first : .never, splits: false)
      decoder = .sequence([
        .byteFallback, .metaspace(mark: "\u{2581}", dropsFirst: addsPrefix),
      ])
      beginsTexts = true
    }
  }
}

// MARK: - Values

/// The kinds of tokens that GGUF files tell apart.
private enum TokenType: Int64 {
  case normal = 1
  case unknown, control, userDefined, unused, byte
}

extension GGUFMetadata {
  fileprivate func tokenTypes(count: Int) throws(TokenizerError) -> [TokenType] {
    guard let value = self["tokenizer.ggml.token_type"] else {
      return Array(repeating: .normal, count: count)
    }
    guard let numbers = value.integers, numbers.count == count else {
      throw .field("tokenizer.ggml.token_type")
    }
    return numbers.map { TokenType(rawValue: $0) ?? .normal }
  }

  fileprivate func template(
    defaultsToStart: Bool, size: Int
  ) throws(TokenizerError) -> PostProcessor {
    var start: [PostProcessor.Piece] = []
    var end: [PostProcessor.Piece] = []
    if self["tokenizer.ggml.add_bos_token"]?.bool ?? defaultsToStart {
      start = [.tokens([try number("tokenizer.ggml.bos_token_id", size)], type: 0)]
    }
    if self["tokenizer.ggml.add_eos_token"]?.bool ?? false {
      end = [.tokens([try number("tokenizer.ggml.eos_token_id", size)], type: 0)]
    }
    guard !start.isEmpty || !end.isEmpty else { return .none }
    let single = start + [.first(type: 0)] + end
    return .template(single: single, pair: single + start + [.second(type: 1)] + end)
  }

  private func number(_ key: String, _ size: Int) throws(TokenizerError) -> UInt32 {
    guard let id = self[key]?.integer.flatMap(UInt32.init(exactly:)), id < size else {
      throw .field(key)
    }
    return id
  }
}
