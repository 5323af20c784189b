/// BERT's model: the longest token that fits, again and again.
struct WordPiece: Sendable {
  let unknown: UInt32
  /// What tokens inside a word begin with.
  let continuation: [UInt8]
  /// Longer words become the unknown token.
  let wordLengthMax: Int

  func tokenize(
    _ word: ArraySlice<Unicode.Scalar>, _ vocabulary: Vocabulary, into ids: inout [UInt32]
  ) {
    guard word.count <= wordLengthMax else { return ids.append(unknown) }
    var found: [UInt32] = []
    var start = word.startIndex
    while start < word.endIndex {
      guard let (id, end) = longest(word, start, vocabulary) else { return ids.append(unknown) }
      found.append(id)
      start = end
    }
    ids.append(contentsOf: found)
  }

  private func longest(
    _ word: ArraySlice<Unicode.Scalar>, _ start: Int, _ vocabulary: Vocabulary
  ) -> (UInt32, end: Int)? {
    let prefix = start == word.startIndex ? [] : continuation
    for end in stride(from: word.endIndex, to: start, by: -1) {
      if let id = vocabulary.id(bytes: prefix + word[start..<end].utf8) { return (id, end) }
    }
    return nil
  }
}
