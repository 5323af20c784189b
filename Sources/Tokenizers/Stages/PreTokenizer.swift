/// How a normalized text is split into the pieces that the model turns into tokens.
indirect enum PreTokenizer: Sendable {
  case none
  case bert
  case pattern(SplitPattern)
  /// A blank in front of the text if there is none.
  case prefixSpace
  /// Digits by themselves, one by one or in runs.
  case digits(individually: Bool)
  case whitespace
  /// `\w+|[^\w\s]+`
  case words
  case punctuation
  /// Blanks become a visible mark, which begins the pieces.
  case metaspace(mark: Unicode.Scalar, prefix: Prefix, splits: Bool)
  case sequence([PreTokenizer])

  enum Prefix: Sendable {
    case never, first, always
  }

  typealias Piece = ArraySlice<Unicode.Scalar>

  /// Splits one fragment; `isFirst` tells whether it begins the whole text.
  func split(_ text: Piece, isFirst: Bool) -> [Piece] {
    switch self {
    case .none: return [text]
    case .bert: return BertText.split(text)
    case .pattern(let pattern): return pattern.split(text)
    case .prefixSpace:
      return text.first == " " || text.isEmpty ? [text] : [([" "] + text)[...]]
    case .digits(let individually): return Self.digits(text, individually)
    case .whitespace:
      return text.split { $0.isWhitespace }
    case .words:
      return Self.runs(text) { $0.contains(.whitespace) ? 0 : $0.contains(.word) ? 1 : 2 }
        .filter { $0.first?.isWhitespace == false }
    case .punctuation: return Self.punctuation(text)
    case .metaspace(let mark, let prefix, let splits):
      return Self.metaspace(text, mark, prefix, splits, isFirst)
    case .sequence(let steps):
      return steps.reduce([text]) { pieces, step in
        pieces.enumerated().flatMap { step.split($1, isFirst: isFirst && $0 == 0) }
      }
    }
  }

  private static func runs(_ text: Piece, _ kind: (ScalarClass) -> Int) -> [Piece] {
    var pieces: [Piece] = []
    var start = text.startIndex
    while start < text.endIndex {
      let first = kind(ScalarClass(text[start]))
      var end = start + 1
      while end < text.endIndex, kind(ScalarClass(text[end])) == first { end += 1 }
      pieces.append(text[start..<end])
      start = end
    }
    return pieces
  }

  private static func digits(_ text: Piece, _ individually: Bool) -> [Piece] {
    runs(text) { $0.contains(.number) ? 1 : 0 }.flatMap { piece in
      guard individually, piece.first?.isNumber == true else { return [piece] }
      return piece.indices.map { piece[$0...$0] }
    }
  }

  private static func punctuation(_ text: Piece) -> [Piece] {
    var pieces: [Piece] = []
    var start = text.startIndex
    for position in text.indices where BertText.isPunctuation(text[position]) {
      if start < position { pieces.append(text[start..<position]) }
      pieces.append(text[position...position])
      start = position + 1
    }
    if start < text.endIndex { pieces.append(text[start...]) }
    return pieces
  }

  private static func metaspace(
    _ text: Piece, _ mark: Unicode.Scalar, _ prefix: Prefix, _ splits: Bool, _ isFirst: Bool
  ) -> [Piece] {
    var marked = text.map { $0 == " " ? mark : $0 }
    let wantsMark = prefix == .always || prefix == .first && isFirst
    if wantsMark, marked.first != mark, !marked.isEmpty { marked.insert(mark, at: 0) }
    guard splits else { return [marked[...]] }
    var pieces: [Piece] = []
    var start = 0
    for position in marked.indices.dropFirst() where marked[position] == mark {
      pieces.append(marked[start..<position])
      start = position
    }
    if start < marked.count { pieces.append(marked[start...]) }
    return pieces
  }
}
