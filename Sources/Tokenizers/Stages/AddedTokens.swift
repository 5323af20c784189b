/// Tokens that are looked for in the text before the model sees it.
struct AddedTokens: Sendable {
  struct Token: Sendable {
    var text: String
    var id: UInt32
    /// Left out when a text is decoded for people.
    var isSpecial = false
    /// Looked for after normalization instead of before.
    var isNormalized = false
    /// Only found where no letter or digit touches it.
    var isWord = false
    /// Takes the white space before or behind with it.
    var stripsLeft = false
    var stripsRight = false
  }

  enum Fragment {
    case text(ArraySlice<Unicode.Scalar>)
    case token(UInt32)
  }

  private(set) var tokens: [UInt32: Token] = [:]
  private var plain = Trie()
  private var normalized = Trie()

  init(_ tokens: [Token], normalizer: Normalizer) {
    for var token in tokens {
      defer { self.tokens[token.id] = token }
      let scalars = Array(token.text.unicodeScalars)
      if token.isNormalized {
        // What is found is what is shown, as in the published library.
        let found = normalizer.normalize(scalars)
        token.text = String(String.UnicodeScalarView(found))
        normalized.insert(found, token.id)
      } else {
        plain.insert(scalars, token.id)
      }
    }
  }

  /// Splits a text at the tokens found in it, and normalizes what lies between.
  func split(_ text: [Unicode.Scalar], normalizer: Normalizer) -> [Fragment] {
    split(text[...], plain).flatMap { fragment -> [Fragment] in
      guard case .text(let part) = fragment else { return [fragment] }
      return split(normalizer.normalize(Array(part))[...], normalized)
    }
  }

  private func split(_ text: ArraySlice<Unicode.Scalar>, _ trie: Trie) -> [Fragment] {
    guard !trie.isEmpty else { return text.isEmpty ? [] : [.text(text)] }
    var fragments: [Fragment] = []
    var done = text.startIndex
    var position = text.startIndex
    while position < text.endIndex {
      guard let (id, matchEnd) = trie.longest(in: text, at: position), let token = tokens[id]
      else {
        position += 1
        continue
      }
      var start = position
      var end = matchEnd
      position = matchEnd
      if token.isWord, touchesWord(text, start, end) { continue }
      if token.stripsLeft {
        while start > text.startIndex, text[start - 1].isWhitespace { start -= 1 }
      }
      start = max(start, done)
      if token.stripsRight {
        while end < text.endIndex, text[end].isWhitespace { end += 1 }
      }
      if done < start { fragments.append(.text(text[done..<start])) }
      fragments.append(.token(id))
      done = max(done, end)
    }
    if done < text.endIndex { fragments.append(.text(text[done...])) }
    return fragments
  }

  private func touchesWord(_ text: ArraySlice<Unicode.Scalar>, _ start: Int, _ end: Int) -> Bool {
    start > text.startIndex && text[start - 1].isWord || end < text.endIndex && text[end].isWord
  }
}

/// Texts found by their beginnings: the longest that fits at a place wins.
private struct Trie: Sendable {
  private struct Edge: Hashable {
    let node: Int
    let scalar: Unicode.Scalar
  }

  private var edges: [Edge: Int] = [:]
  private var ids: [UInt32?] = [nil]

  var isEmpty: Bool { edges.isEmpty }

  mutating func insert(_ text: [Unicode.Scalar], _ id: UInt32) {
    guard !text.isEmpty else { return }
    var node = 0
    for scalar in text {
      let edge = Edge(node: node, scalar: scalar)
      if let next = edges[edge] {
        node = next
      } else {
        ids.append(nil)
        edges[edge] = ids.count - 1
        node = ids.count - 1
      }
    }
    ids[node] = id
  }

  func longest(
    in text: ArraySlice<Unicode.Scalar>, at start: Int
  ) -> (id: UInt32, end: Int)? {
    var found: (UInt32, Int)?
    var node = 0
    var position = start
    while position < text.endIndex,
      let next = edges[Edge(node: node, scalar: text[position])]
    {
      node = next
      position += 1
      if let id = ids[node] { found = (id, position) }
    }
    return found
  }
}
