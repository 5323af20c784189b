internal import ModelFiles

extension PreTokenizer {
  /// A pre-tokenizer, and whether it leaves the text to a model whose symbols are bytes.
  static func read(
    _ value: JSONValue?
  ) throws(TokenizerError) -> (PreTokenizer, hasByteSymbols: Bool) {
    guard let value else { return (.none, false) }
    let part = "pre_tokenizer"
    switch try value.kind(of: part) {
    case "BertPreTokenizer": return (.bert, false)
    case "ByteLevel":
      var steps: [PreTokenizer] = []
      if try value.flag("add_prefix_space", of: part, default: true) { steps.append(.prefixSpace) }
      if try value.flag("use_regex", of: part, default: true) { steps.append(.pattern(.gpt2)) }
      return (.sequence(steps), true)
    case "Split": return (try split(value), false)
    case "Digits":
      return (
        .digits(individually: try value.flag("individual_digits", of: part, default: false)), false
      )
    case "WhitespaceSplit": return (.whitespace, false)
    case "Whitespace": return (.words, false)
    case "Punctuation":
      let behavior = value["behavior"]?.string ?? "Isolated"
      guard behavior == "Isolated" else {
        throw .unsupported(part: part, what: "Punctuation, \(behavior)")
      }
      return (.punctuation, false)
    case "Metaspace": return (try metaspace(value), false)
    case "Sequence":
      var steps: [PreTokenizer] = []
      var hasByteSymbols = false
      for step in try value.list("pretokenizers", of: part) {
        // What comes behind would see the characters that stand for bytes.
        guard !hasByteSymbols else {
          throw .unsupported(part: part, what: "a step after ByteLevel")
        }
        let (splitter, bytes) = try read(step)
        steps.append(splitter)
        hasByteSymbols = bytes
      }
      return (.sequence(steps), hasByteSymbols)
    case let kind: throw .unsupported(part: part, what: kind)
    }
  }

  private static func split(_ value: JSONValue) throws(TokenizerError) -> PreTokenizer {
    let part = "pre_tokenizer"
    guard let expression = value["pattern"]?["Regex"]?.string else {
      throw .unsupported(part: part, what: "Split by a text")
    }
    guard let pattern = SplitPattern(expression: expression) else {
      throw .unsupported(part: part, what: "Split by \(expression)")
    }
    // The expressions match every character, so removing what does not match removes nothing.
    let behavior = try value.text("behavior", of: part)
    let isInverted = try value.flag("invert", of: part, default: false)
    guard behavior == "Isolated" || behavior == "Removed" && isInverted else {
      throw .unsupported(part: part, what: "Split, \(behavior)")
    }
    return .pattern(pattern)
  }

  private static func metaspace(_ value: JSONValue) throws(TokenizerError) -> PreTokenizer {
    let part = "pre_tokenizer"
    let prefix: Prefix
    switch value["prepend_scheme"]?.string {
    case "first": prefix = .first
    case "never": prefix = .never
    case "always": prefix = .always
    case nil:
      prefix = try value.flag("add_prefix_space", of: part, default: true) ? .always : .never
    case let scheme?: throw .unsupported(part: part, what: "Metaspace, \(scheme)")
    }
    return .metaspace(
      mark: try value.character("replacement", of: part), prefix: prefix,
      splits: try value.flag("split", of: part, default: true))
  }
}
