/// Turns texts into a model's tokens and back.
///
/// A text runs through the stages that its description names: added tokens are cut out, the rest is
/// normalized, split, and handed to the model piece by piece. Reads the Hugging Face project's
/// `tokenizer.json` and the tokenizers inside GGUF files; a part that is not known is an error when
/// the description is read, never a wrong token later.
public struct Tokenizer: Sendable {
  public let vocabulary: Vocabulary
  let added: AddedTokens
  let normalizer: Normalizer
  let preTokenizer: PreTokenizer
  let model: TokenModel
  let postProcessor: PostProcessor
  let decoder: TokenDecoder

  /// A text as tokens, with the tokens that the model's template puts around it.
  public func encode(_ text: String, addingSpecialTokens: Bool = true) -> Encoding {
    encode(text, nil, addingSpecialTokens: addingSpecialTokens)
  }

  /// Two texts as one sequence, such as a question and a passage.
  public func encode(
    _ text: String, _ second: String?, addingSpecialTokens: Bool = true
  ) -> Encoding {
    let first = Encoding(ids: tokens(text))
    let other = second.map { Encoding(ids: tokens($0)) }
    return (addingSpecialTokens ? postProcessor : .none).apply(first, other)
  }

  /// The text of tokens. Numbers that the vocabulary does not have add nothing; bytes that are no
  /// UTF-8 become U+FFFD.
  public func decode(_ ids: [UInt32], skippingSpecialTokens: Bool = true) -> String {
    var bytes: [UInt8] = []
    var isFirst = true
    for id in ids {
      guard !(skippingSpecialTokens && isSpecial(id)), let text = text(id) else { continue }
      bytes.append(contentsOf: decoder.bytes(text, isFirst: isFirst))
      isFirst = false
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether a token stands for no text, such as the end of a sequence.
  public func isSpecial(_ id: UInt32) -> Bool {
    added.tokens[id]?.isSpecial ?? false
  }

  /// The token's text as the vocabulary has it.
  public func text(_ id: UInt32) -> String? {
    added.tokens[id]?.text ?? vocabulary.text(id)
  }

  /// The number of a token by its exact text, added ones included.
  public func id(_ text: String) -> UInt32? {
    vocabulary.id(text)
      ?? added.tokens.values.first { Array($0.text.utf8) == Array(text.utf8) }?.id
  }

  /// One more than the highest number of a token.
  public var size: Int {
    max(vocabulary.size, (added.tokens.keys.max().map { Int($0) + 1 }) ?? 0)
  }

  private func tokens(_ text: String) -> [UInt32] {
    var ids: [UInt32] = []
    let fragments = added.split(Array(text.unicodeScalars), normalizer: normalizer)
    for (index, fragment) in fragments.enumerated() {
      switch fragment {
      case .token(let id): ids.append(id)
      case .text(let part):
        for piece in preTokenizer.split(part, isFirst: index == 0) {
          model.tokenize(piece, vocabulary, into: &ids)
        }
      }
    }
    return ids
  }
}
