extension OperatorCatalogue {
  static let text: [Operator] = [
    Operator("StringConcat", opsets: 20...28, .exact) { call in
      let (a, b) = (try call.string(input: 0), try call.string(input: 1))
      let shape = try Broadcast.shape([a.shape, b.shape])
      let (first, second) = (
        try a.broadcast(to: shape, budget: call.budget).text,
        try b.broadcast(to: shape, budget: call.budget).text
      )
      return try Tensor(shape, text: Swift.zip(first, second).map { $0 + $1 })
    },
    Operator("StringNormalizer", opsets: 10...28, .exact) { call in
      let x = try call.string(input: 0)
      guard x.rank == 1 || x.rank == 2 && x.shape[0] == 1 else {
        throw OperatorError.shape(input: 0, x.shape)
      }
      let isSensitive = try call.flag("is_case_sensitive")
      let stop = Set(
        try (call.strings("stopwords") ?? []).map { isSensitive ? $0 : $0.lowercased() })
      var words = x.text.filter { !stop.contains(isSensitive ? $0 : $0.lowercased()) }
      switch try call.string("case_change_action", default: "NONE") {
      case "NONE": break
      case "LOWER": words = words.map { $0.lowercased() }
      case "UPPER": words = words.map { $0.uppercased() }
      default: throw OperatorError.attributeValue("case_change_action")
      }
      if words.isEmpty { words = [""] }
      return try Tensor(x.shape.dropLast() + [words.count], text: words)
    },
    Operator(
      "StringSplit", opsets: 20...28, .exact,
      values: { call in
        let x = try call.string(input: 0)
        let delimiter = try call.string("delimiter", default: "")
        let splitMax = try call.int("maxsplit", default: .max)
        guard splitMax >= 0 else { throw OperatorError.attributeValue("maxsplit") }
        let pieces = x.text.map { $0.pieces(delimiter, splitMax: splitMax) }
        let width = pieces.map(\.count).max() ?? 0
        _ = try Tensor.count(of: x.shape + [width], .string)
        let padded = pieces.flatMap { $0 + [String](repeating: "", count: width - $0.count) }
        return [
          .tensor(try Tensor(x.shape + [width], text: padded)),
          .tensor(try call.make(x.shape, pieces.map { Int64($0.count) })),
        ]
      }),
    Operator("TfIdfVectorizer", opsets: 9...28, .exact) { try $0.countGrams() },
  ]
}

extension String {
  /// Split at a delimiter, or without one at any run of white space.
  fileprivate func pieces(_ delimiter: String, splitMax: Int) -> [String] {
    var pieces: [String] = []
    var rest = self[...]
    if delimiter.isEmpty {
      rest = rest.drop { $0.isWhitespace }
      while !rest.isEmpty {
        if pieces.count == splitMax {
          while rest.last?.isWhitespace == true { rest.removeLast() }
          return pieces + [String(rest)]
        }
        let word = rest.prefix { !$0.isWhitespace }
        pieces.append(String(word))
        rest = rest[word.endIndex...].drop { $0.isWhitespace }
      }
      return pieces
    }
    guard !isEmpty else { return [] }
    while pieces.count < splitMax, let range = rest.firstRange(of: delimiter) {
      pieces.append(String(rest[..<range.lowerBound]))
      rest = rest[range.upperBound...]
    }
    return pieces + [String(rest)]
  }
}

extension Call {
  fileprivate func string(input: Int) throws -> Tensor {
    let tensor = try tensor(input)
    guard tensor.elementType == .string else {
      throw OperatorError.wrongType(input: input, tensor.elementType)
    }
    return tensor
  }

  // How often each sequence of the pool occurs, with up to so many elements skipped in between.
  fileprivate func countGrams() throws -> Tensor {
    let x = try tensor(0)
    guard x.rank == 1 || x.rank == 2 else {
      throw OperatorError.rank(input: 0, found: x.rank, accepted: 1...2)
    }
    let words: [String]
    if x.elementType == .string {
      words = x.text
    } else {
      guard let numbers = x.integers() else {
        throw OperatorError.wrongType(input: 0, x.elementType)
      }
      words = numbers.map { String($0) }
    }
    guard let starts = try ints("ngram_counts"), let columns = try ints("ngram_indexes") else {
      throw OperatorError.missingAttribute("ngram_indexes")
    }
    let pool = try strings("pool_strings") ?? ints("pool_int64s")?.map { String($0) } ?? []
    let (shortest, longest) = (try required("min_gram_length"), try required("max_gram_length"))
    let skips = try required("max_skip_count")
    let weights = try floats("weights") ?? columns.map { _ in 1 }
    let mode = try string("mode", default: "TF")
    guard weights.count == columns.count, ["TF", "IDF", "TFIDF"].contains(mode),
      starts.count < 64, shortest > 0, shortest <= longest, skips >= 0, skips < 1 << 20
    else { throw OperatorError.attributeValue("ngram_counts") }
    guard let width = columns.max(), let least = columns.min(), least >= 0,
      width < Tensor.dimensionMax
    else {
      throw OperatorError.attributeValue("ngram_indexes")
    }
    // Each known sequence, with its place among all of them.
    var grams: [[String]: Int] = [:]
    for (index, start) in starts.enumerated() {
      let end = index + 1 < starts.count ? starts[index + 1] : pool.count
      guard start >= 0, start <= end, end <= pool.count, (end - start) % (index + 1) == 0 else {
        throw OperatorError.attributeValue("ngram_counts")
      }
      for first in stride(from: start, to: end, by: index + 1) {
        let gram = Array(pool[first...(first + index)])
        grams[gram] = grams[gram] ?? grams.count
      }
    }
    guard grams.count <= columns.count else { throw OperatorError.attributeValue("ngram_indexes") }
    let rows = x.rank == 1 ? 1 : x.shape[0]
    let length = x.shape[x.rank - 1]
    let result = try make(Float.self, Array(x.shape.dropLast()) + [width + 1])
    for row in 0..<rows {
      var counts = [Float](repeating: 0, count: columns.count)
      for size in shortest...min(longest, max(starts.count, shortest)) {
        for skip in 0...(size == 1 ? 0 : skips) {
          let (reach, overflow) = (size - 1).multipliedReportingOverflow(by: skip + 1)
          guard !overflow, reach < length else { continue }
          for start in 0..<(length - reach) {
            let gram = (0..<size).map { words[row * length + start + $0 * (skip + 1)] }
            if let place = grams[gram] { counts[place] += 1 }
          }
        }
      }
      for (place, count) in counts.enumerated() {
        result[row * (width + 1) + columns[place]] =
          switch mode {
          case "TF": count
          case "IDF": count > 0 ? weights[place] : 0
          default: count * weights[place]
          }
      }
    }
    return result.tensor
  }
}
