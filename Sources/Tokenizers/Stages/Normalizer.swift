/// How a text is changed before it is split.
indirect enum Normalizer: Sendable {
  case none
  case bert(cleansText: Bool, separatesChinese: Bool, stripsAccents: Bool, lowercases: Bool)
  case composed
  case decomposed
  case lowercase
  case stripAccents
  case strip(left: Bool, right: Bool)
  case prepend([Unicode.Scalar])
  case replace([Unicode.Scalar], with: [Unicode.Scalar])
  case sequence([Normalizer])

  func normalize(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    switch self {
    case .none: return text
    case .bert(let cleansText, let separatesChinese, let stripsAccents, let lowercases):
      var result = text
      if cleansText { result = BertText.clean(result) }
      if separatesChinese { result = BertText.separateChinese(result) }
      if stripsAccents { result = NormalForm.decomposed(result).filter { !BertText.isAccent($0) } }
      if lowercases { result = Self.lowercased(result) }
      return result
    case .composed: return NormalForm.composed(text)
    case .decomposed: return NormalForm.decomposed(text)
    case .lowercase: return Self.lowercased(text)
    case .stripAccents: return text.filter { !Self.isMark($0) }
    case .strip(let left, let right): return Self.stripped(text, left: left, right: right)
    case .prepend(let prefix): return text.isEmpty ? text : prefix + text
    case .replace(let pattern, let content): return Self.replaced(text, pattern, content)
    case .sequence(let steps): return steps.reduce(text) { $1.normalize($0) }
    }
  }

  /// The published library knows marks by the tables of Unicode 9.
  private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    // Those whose category has changed since.
    case 0x1CF2, 0x1CF3: return true
    case 0x111C9: return false
    default: break
    }
    let kind = ScalarClass(scalar)
    return kind.contains(.mark) && !kind.contains(.afterUnicode9)
  }

  /// Each character by itself: no rule here looks at its neighbours.
  private static func lowercased(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(text.count)
    for scalar in text {
      if scalar.isASCII {
        let isUpper = 0x41...0x5A ~= scalar.value
        result.append(Unicode.Scalar(isUpper ? scalar.value + 32 : scalar.value) ?? scalar)
      } else {
        result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
      }
    }
    return result
  }

  private static func stripped(
    _ text: [Unicode.Scalar], left: Bool, right: Bool
  ) -> [Unicode.Scalar] {
    var rest = text[...]
    if left { rest = rest.drop { $0.isWhitespace } }
    if right { while let last = rest.last, last.isWhitespace { rest.removeLast() } }
    return Array(rest)
  }

  private static func replaced(
    _ text: [Unicode.Scalar], _ pattern: [Unicode.Scalar], _ content: [Unicode.Scalar]
  ) -> [Unicode.Scalar] {
    guard !pattern.isEmpty else { return text }
    var result: [Unicode.Scalar] = []
    var position = 0
    while position < text.count {
      if text[position...].starts(with: pattern) {
        result.append(contentsOf: content)
        position += pattern.count
      } else {
        result.append(text[position])
        position += 1
      }
    }
    return result
  }
}
