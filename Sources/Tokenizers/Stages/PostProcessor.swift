/// What is put around the tokens of a text, or of two.
indirect enum PostProcessor: Sendable {
  case none
  case template(single: [Piece], pair: [Piece])
  case sequence([PostProcessor])

  enum Piece: Sendable {
    case tokens([UInt32], type: UInt32)
    case first(type: UInt32)
    case second(type: UInt32)
  }

  func apply(_ first: Encoding, _ second: Encoding?) -> Encoding {
    switch self {
    case .none:
      return Self.join([.first(type: 0), .second(type: 1)], first, second)
    case .template(let single, let pair):
      return Self.join(second == nil ? single : pair, first, second)
    case .sequence(let steps):
      // All but the last leave one text as it is; a second text is joined once.
      guard let last = steps.last else { return PostProcessor.none.apply(first, second) }
      return steps.dropLast().reduce(first) { $1.apply($0, nil) }.joined(by: last, second)
    }
  }

  private static func join(
    _ pieces: [Piece], _ first: Encoding, _ second: Encoding?
  ) -> Encoding {
    var result = Encoding()
    for piece in pieces {
      switch piece {
      case .tokens(let ids, let type): result.append(ids, type: type, areSpecial: true)
      case .first(let type): result.append(first, type: type)
      case .second(let type):
        if let second { result.append(second, type: type) }
      }
    }
    return result
  }
}

extension Encoding {
  fileprivate func joined(by step: PostProcessor, _ second: Encoding?) -> Encoding {
    step.apply(self, second)
  }
}
