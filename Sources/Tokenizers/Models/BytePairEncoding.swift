/// Merges neighbouring tokens in the order in which training found the merges.
///
/// From "Neural Machine Translation of Rare Words with Subword Units" (Sennrich et al.); on bytes
/// as GPT-2 has it.
struct BytePairEncoding: Sendable {
  struct Merge: Sendable {
    let rank: UInt32
    let result: UInt32
  }

  /// What the model's symbols are before the first merge.
  enum Symbols: Sendable {
    /// One token for each byte; `nil` where the vocabulary lacks it.
    case bytes([UInt32?])
    /// One token for each character.
    case characters(Characters)
  }

  struct Characters: Sendable {
    /// Stands for characters that the vocabulary lacks; without one they are dropped.
    var unknown: UInt32?
    /// Neighbouring unknown characters become one token.
    var fusesUnknown = false
    /// Tokens such as `<0x0A>`, one for each byte of a character that the vocabulary lacks.
    var byteTokens: [UInt32]?
  }

  private let merges: [UInt64: Merge]
  private let symbols: Symbols
  /// Whole pieces that are tokens are taken as they are.
  private let takesWholePieces: Bool

  init(merges: [UInt64: Merge], symbols: Symbols, takesWholePieces: Bool) {
    self.merges = merges
    self.symbols = symbols
    self.takesWholePieces = takesWholePieces
  }

  static func key(_ left: UInt32, _ right: UInt32) -> UInt64 {
    UInt64(left) << 32 | UInt64(right)
  }

  func tokenize(
    _ piece: ArraySlice<Unicode.Scalar>, _ vocabulary: Vocabulary, into ids: inout [UInt32]
  ) {
    let bytes = piece.utf8
    var tokens: [UInt32] = []
    switch symbols {
    case .bytes(let table):
      if takesWholePieces, let id = vocabulary.id(ByteAlphabet.encode(bytes)) {
        return ids.append(id)
      }
      tokens = bytes.compactMap { table[Int($0)] }
    case .characters(let characters):
      if takesWholePieces, let id = vocabulary.id(bytes: bytes) { return ids.append(id) }
      tokens = characters.tokens(piece, vocabulary)
    }
    merge(&tokens)
    ids.append(contentsOf: tokens)
  }

  /// Applies the lowest-ranked merge, the leftmost of equals, until none is left.
  private func merge(_ tokens: inout [UInt32]) {
    guard tokens.count > 1 else { return }
    var chain = SymbolChain(count: tokens.count)
    var queue = MergeQueue()
    for left in 0..<tokens.count - 1 { enqueue(left, left + 1, tokens, &queue) }
    while let candidate = queue.popFirst() {
      let left = candidate.position
      guard let right = chain.next(left),
        let merge = merges[Self.key(tokens[left], tokens[right])],
        merge.rank == candidate.rank, chain.isLive(left)
      else { continue }
      tokens[left] = merge.result
      chain.remove(right)
      if let previous = chain.previous(left) { enqueue(previous, left, tokens, &queue) }
      if let next = chain.next(left) { enqueue(left, next, tokens, &queue) }
    }
    tokens = tokens.indices.filter { chain.isLive($0) }.map { tokens[$0] }
  }

  private func enqueue(_ left: Int, _ right: Int, _ tokens: [UInt32], _ queue: inout MergeQueue) {
    guard let merge = merges[Self.key(tokens[left], tokens[right])] else { return }
    queue.insert(MergeQueue.Candidate(rank: merge.rank, position: left))
  }
}

extension BytePairEncoding.Characters {
  fileprivate func tokens(
    _ piece: ArraySlice<Unicode.Scalar>, _ vocabulary: Vocabulary
  ) -> [UInt32] {
    var tokens: [UInt32] = []
    var isAfterUnknown = false
    for index in piece.indices {
      let bytes = piece[index...index].utf8
      if let id = vocabulary.id(bytes: bytes) {
        tokens.append(id)
        isAfterUnknown = false
      } else if let byteTokens {
        tokens.append(contentsOf: bytes.map { byteTokens[Int($0)] })
        isAfterUnknown = false
      } else if let unknown {
        if !(fusesUnknown && isAfterUnknown) { tokens.append(unknown) }
        isAfterUnknown = true
      }
    }
    return tokens
  }
}
