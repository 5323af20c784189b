/// Merges neighbouring symbols into the token with the highest score, as Llama's first tokenizer.
struct SentencePiece: Sendable {
  /// By token. The higher, the earlier it is made.
  let ranks: [UInt32]
  /// Tokens such as `<0x0A>`, one for each byte of a character that the vocabulary lacks.
  let byteTokens: [UInt32?]
  let unknown: UInt32

  /// Ranks from scores: equal scores have equal ranks.
  static func ranks(_ scores: [Double]) -> [UInt32] {
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    var ranks = [UInt32](repeating: 0, count: scores.count)
    var rank: UInt32 = 0
    for (place, index) in order.enumerated() {
      if place > 0, scores[order[place - 1]] > scores[index] { rank += 1 }
      ranks[index] = rank
    }
    return ranks
  }

  func tokenize(
    _ piece: ArraySlice<Unicode.Scalar>, _ vocabulary: Vocabulary, into ids: inout [UInt32]
  ) {
    guard !piece.isEmpty else { return }
    let bytes = piece.utf8
    var ends: [Int] = []
    for scalar in piece { ends.append((ends.last ?? 0) + UTF8.width(scalar)) }
    let starts = [0] + ends.dropLast()
    var chain = SymbolChain(count: ends.count)
    var queue = MergeQueue()
    // A candidate is out of date when either symbol has grown since.
    func merged(_ left: Int, _ right: Int) -> UInt32? {
      vocabulary.id(bytes: Array(bytes[starts[left]..<ends[right]]))
    }
    func enqueue(_ left: Int, _ right: Int) {
      guard let id = merged(left, right), Int(id) < ranks.count else { return }
      queue.insert(MergeQueue.Candidate(rank: ranks[Int(id)], position: left))
    }
    for left in 0..<ends.count - 1 { enqueue(left, left + 1) }
    while let candidate = queue.popFirst() {
      let left = candidate.position
      guard chain.isLive(left), let right = chain.next(left), let id = merged(left, right),
        Int(id) < ranks.count, ranks[Int(id)] == candidate.rank
      else { continue }
      ends[left] = ends[right]
      chain.remove(right)
      if let previous = chain.previous(left) { enqueue(previous, left) }
      if let next = chain.next(left) { enqueue(left, next) }
    }
    for symbol in ends.indices where chain.isLive(symbol) {
      let text = bytes[starts[symbol]..<ends[symbol]]
      if let id = vocabulary.id(bytes: Array(text)) {
        ids.append(id)
      } else {
        ids.append(contentsOf: text.map { byteTokens[Int($0)] ?? unknown })
      }
    }
  }
}
