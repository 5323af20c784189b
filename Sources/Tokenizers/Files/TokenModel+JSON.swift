internal import ModelFiles

extension TokenModel {
  static func read(
    _ value: JSONValue, hasByteSymbols: Bool
  ) throws(TokenizerError) -> (Vocabulary, TokenModel) {
    // Old files name no kind; what they hold tells.
    let kind = value["type"]?.string ?? (value["merges"] == nil ? "WordPiece" : "BPE")
    switch kind {
    case "WordPiece":
      let vocabulary = try Vocabulary(json: value["vocab"])
      guard let unknown = vocabulary.id(try value.text("unk_token", of: "model")) else {
        throw .field("model.unk_token")
      }
      let model = WordPiece(
        unknown: unknown,
        continuation: Array((value["continuing_subword_prefix"]?.string ?? "##").utf8),
        wordLengthMax: value["max_input_chars_per_word"]?.integer ?? 100)
      return (vocabulary, .wordPiece(model))
    case "BPE":
      let vocabulary = try Vocabulary(json: value["vocab"])
      let model = try BytePairEncoding(json: value, vocabulary, hasByteSymbols: hasByteSymbols)
      return (vocabulary, .bytePair(model))
    case let kind: throw .unsupported(part: "model", what: kind)
    }
  }
}

extension Vocabulary {
  fileprivate init(json value: JSONValue?) throws(TokenizerError) {
    guard let members = value?.members else { throw .field("model.vocab") }
    guard members.count <= Self.sizeMax else { throw .tooLarge(members.count) }
    self.init()
    reserve(members.count)
    for member in members {
      guard let id = member.value.integer else { throw .field("model.vocab") }
      try insert(member.key, id)
    }
  }
}

extension BytePairEncoding {
  fileprivate init(
    json value: JSONValue, _ vocabulary: Vocabulary, hasByteSymbols: Bool
  ) throws(TokenizerError) {
    for option in ["continuing_subword_prefix", "end_of_word_suffix"] {
      guard (value[option]?.string ?? "").isEmpty else {
        throw .unsupported(part: "model", what: "BPE with \(option)")
      }
    }
    guard (value["dropout"]?.double ?? 0) == 0 else {
      throw .unsupported(part: "model", what: "BPE with dropout")
    }
    var pairs: [(String, String)] = []
    for element in try value.list("merges", of: "model") {
      // Either ["a", "b"] or, in older files, "a b".
      let parts: [String] =
        element.elements?.compactMap(\.string) ?? element.string?.split(separator: " ").map(
          String.init) ?? []
      guard parts.count == 2 else { throw .merge(pairs.count) }
      pairs.append((parts[0], parts[1]))
    }
    let symbols: Symbols
    if hasByteSymbols {
      symbols = .bytes(Self.byteSymbols(vocabulary))
    } else {
      var characters = Characters()
      if let unknown = value["unk_token"]?.string {
        guard let id = vocabulary.id(unknown) else { throw .field("model.unk_token") }
        characters.unknown = id
      }
      characters.fusesUnknown = try value.flag("fuse_unk", of: "model", default: false)
      if try value.flag("byte_fallback", of: "model", default: false) {
        let tokens = (0..<256).compactMap { vocabulary.id(Self.byteToken($0)) }
        characters.byteTokens = tokens.count == 256 ? tokens : nil
      }
      symbols = .characters(characters)
    }
    self.init(
      merges: try Self.table(pairs, vocabulary), symbols: symbols,
      takesWholePieces: try value.flag("ignore_merges", of: "model", default: false))
  }

  static func byteSymbols(_ vocabulary: Vocabulary) -> [UInt32?] {
    ByteAlphabet.scalars.map { vocabulary.id(String(Character($0))) }
  }

  /// The text of a byte's own token, such as `<0x0A>`.
  static func byteToken(_ byte: Int) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return "<0x" + (digits.count == 1 ? "0" : "") + digits + ">"
  }

  /// Looks the merges' tokens up.
  static func table(
    _ pairs: [(String, String)], _ vocabulary: Vocabulary
  ) throws(TokenizerError) -> [UInt64: Merge] {
    var table: [UInt64: Merge] = [:]
    table.reserveCapacity(pairs.count)
    for (rank, pair) in pairs.enumerated() {
      guard let left = vocabulary.id(pair.0), let right = vocabulary.id(pair.1),
        let result = vocabulary.id(pair.0 + pair.1), let number = UInt32(exactly: rank)
      else { throw .merge(rank) }
      // Where a pair stands twice, the last counts, as in the published library.
      table[key(left, right)] = Merge(rank: number, result: result)
    }
    return table
  }
}
