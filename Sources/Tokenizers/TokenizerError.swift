public import ModelFiles

/// Why a tokenizer's description cannot be used.
public enum TokenizerError: Error, Hashable, Sendable {
  case json(JSONMalformed)
  /// A field is missing or of the wrong type.
  case field(String)
  /// A part of a kind, or with an option, that is not known here: guessing would give other tokens.
  case unsupported(part: String, what: String)
  /// A merge names a token that the vocabulary does not have.
  case merge(Int)
  /// Two tokens have one text, or two texts one number.
  case ambiguous(String)
  /// A number beyond ``Tokenizer/vocabularySizeMax``.
  case tooLarge(Int)
}

extension TokenizerError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .json(let malformed): "tokenizer: \(malformed)"
    case .field(let name): "tokenizer: \(name) is missing or of the wrong type"
    case .unsupported(let part, let what): "tokenizer: \(part) of the kind \(what) is not supported"
    case .merge(let index): "tokenizer: merge \(index) names a token that does not exist"
    case .ambiguous(let text): "tokenizer: \"\(text)\" stands twice in the vocabulary"
    case .tooLarge(let size): "tokenizer: a vocabulary of \(size) tokens is too large"
    }
  }
}
