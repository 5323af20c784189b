/// What turns a piece of text into tokens.
enum TokenModel: Sendable {
  case wordPiece(WordPiece)
  case bytePair(BytePairEncoding)
  case sentencePiece(SentencePiece)

  func tokenize(
    _ piece: ArraySlice<Unicode.Scalar>, _ vocabulary: Vocabulary, into ids: inout [UInt32]
  ) {
    switch self {
    case .wordPiece(let model): model.tokenize(piece, vocabulary, into: &ids)
    case .bytePair(let model): model.tokenize(piece, vocabulary, into: &ids)
    case .sentencePiece(let model): model.tokenize(piece, vocabulary, into: &ids)
    }
  }
}

extension ArraySlice<Unicode.Scalar> {
  /// The text as UTF-8.
  var utf8: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    for scalar in self {
      if scalar.isASCII {
        bytes.append(UInt8(truncatingIfNeeded: scalar.value))
      } else {
        bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      }
    }
    return bytes
  }
}
