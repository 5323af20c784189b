internal import ModelFiles

extension Tokenizer {
  /// Reads a `tokenizer.json` of the Hugging Face project.
  ///
  /// Truncation and padding, which such files may also ask for, are left to the caller: they belong
  /// to a batch, not to a text.
  public init(json text: Span<UInt8>) throws(TokenizerError) {
    let root: JSONValue
    do {
      root = try JSONParser.parse(text)
    } catch {
      throw .json(error)
    }
    guard let modelValue = root["model"] else { throw .field("model") }
    let normalizer = try Normalizer(json: root["normalizer"])
    let (preTokenizer, hasByteSymbols) = try PreTokenizer.read(root["pre_tokenizer"])
    var (vocabulary, model) = try TokenModel.read(modelValue, hasByteSymbols: hasByteSymbols)
    let added = try AddedTokens.read(root["added_tokens"], &vocabulary)

    self.vocabulary = vocabulary
    self.model = model
    self.normalizer = normalizer
    self.preTokenizer = preTokenizer
    self.added = AddedTokens(added, normalizer: normalizer)
    postProcessor = try PostProcessor(json: root["post_processor"])
    decoder = try TokenDecoder(json: root["decoder"])
  }
}

extension AddedTokens {
  fileprivate static func read(
    _ value: JSONValue?, _ vocabulary: inout Vocabulary
  ) throws(TokenizerError) -> [Token] {
    guard let value else { return [] }
    guard let elements = value.elements else { throw .field("added_tokens") }
    var tokens: [Token] = []
    for element in elements {
      guard let text = element["content"]?.string, let id = element["id"]?.integer,
        0..<Vocabulary.sizeMax ~= id
      else { throw .field("added_tokens") }
      // The model's own number wins, as it does in the published library.
      let known = vocabulary.id(text)
      if known == nil, vocabulary.text(UInt32(id)) == nil { try vocabulary.insert(text, id) }
      tokens.append(
        Token(
          text: text, id: known ?? UInt32(id),
          isSpecial: element["special"]?.bool ?? false,
          isNormalized: element["normalized"]?.bool ?? false,
          isWord: element["single_word"]?.bool ?? false,
          stripsLeft: element["lstrip"]?.bool ?? false,
          stripsRight: element["rstrip"]?.bool ?? false))
    }
    return tokens
  }
}

extension JSONValue {
  /// The kind that a part of the tokenizer names.
  func kind(of part: String) throws(TokenizerError) -> String {
    guard let kind = self["type"]?.string else { throw .field("\(part).type") }
    return kind
  }

  func flag(_ name: String, of part: String, default value: Bool) throws(TokenizerError) -> Bool {
    guard let member = self[name] else { return value }
    guard let flag = member.bool else { throw .field("\(part).\(name)") }
    return flag
  }

  func text(_ name: String, of part: String) throws(TokenizerError) -> String {
    guard let text = self[name]?.string else { throw .field("\(part).\(name)") }
    return text
  }

  func list(_ name: String, of part: String) throws(TokenizerError) -> [JSONValue] {
    guard let elements = self[name]?.elements else { throw .field("\(part).\(name)") }
    return elements
  }

  /// A text of one character.
  func character(_ name: String, of part: String) throws(TokenizerError) -> Unicode.Scalar {
    let text = try text(name, of: part)
    guard let first = text.unicodeScalars.first, text.unicodeScalars.count == 1 else {
      throw .field("\(part).\(name)")
    }
    return first
  }
}
