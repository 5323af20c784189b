/// The text rules of BERT's published tokenizer.
enum BertText {
  /// Drops control characters and makes every white space a blank.
  static func clean(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    text.compactMap { scalar in
      if scalar == "\t" || scalar == "\n" || scalar == "\r" { return " " }
      if scalar.value == 0 || scalar.value == 0xFFFD { return nil }
      let kind = kind(scalar)
      if kind.contains(.other) { return nil }
      return kind.contains(.whitespace) ? " " : scalar
    }
  }

  /// Puts blanks around each character of the CJK blocks.
  static func separateChinese(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    guard text.contains(where: isChinese) else { return text }
    return text.flatMap { isChinese($0) ? [" ", $0, " "] : [$0] }
  }

  private static func isChinese(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
      // The published tokenizers begin this block at 2B920, not at 2B820.
      0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }

  /// Splits at white space, which is dropped, and around each punctuation character.
  static func split(_ text: ArraySlice<Unicode.Scalar>) -> [ArraySlice<Unicode.Scalar>] {
    var pieces: [ArraySlice<Unicode.Scalar>] = []
    var start = text.startIndex
    for position in text.indices {
      let scalar = text[position]
      let isSpace = scalar.isWhitespace
      guard isSpace || isPunctuation(scalar) else { continue }
      if start < position { pieces.append(text[start..<position]) }
      if !isSpace { pieces.append(text[position...position]) }
      start = position + 1
    }
    if start < text.endIndex { pieces.append(text[start...]) }
    return pieces
  }

  /// Unicode's punctuation and all of ASCII's signs.
  static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
    default: kind(scalar).contains(.punctuation)
    }
  }

  static func isAccent(_ scalar: Unicode.Scalar) -> Bool {
    kind(scalar).contains(.nonspacingMark)
  }

  /// The published library knows categories by the tables of Unicode 8, white space by new ones.
  private static func kind(_ scalar: Unicode.Scalar) -> ScalarClass {
    // Those whose category has changed since.
    switch scalar.value {
    case 0x166D, 0x111C9: return .punctuation
    case 0x1734, 0x1171E: return .nonspacingMark
    case 0x1885, 0x1886: return .letter
    case 0xA9BD: return .mark
    default: break
    }
    let kind = ScalarClass(scalar)
    return kind.contains(.afterUnicode8) ? kind.intersection(.whitespace) : kind
  }
}
