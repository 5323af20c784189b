/// How the texts of tokens become a text again, token by token.
///
/// Each token gives bytes that depend on nothing but the token and whether it is the first, so a
/// text can be shown while it grows.
indirect enum TokenDecoder: Sendable {
  /// Texts with a blank between them.
  case spaced
  case byteLevel
  case wordPiece(continuation: String, cleansUp: Bool)
  case metaspace(mark: Unicode.Scalar, dropsFirst: Bool)
  case byteFallback
  /// Replacements in every token.
  case replace(String, with: String)
  /// Takes so many of a character off the front of the first token.
  case stripFirst(Unicode.Scalar, count: Int)
  case sequence([TokenDecoder])

  /// The bytes that a token adds.
  func bytes(_ text: String, isFirst: Bool) -> [UInt8] {
    switch self {
    case .spaced: return Array((isFirst ? text : " " + text).utf8)
    case .byteLevel: return ByteAlphabet.decode(text) ?? Array(text.utf8)
    case .byteFallback: return Self.byte(text).map { [$0] } ?? Array(text.utf8)
    case .wordPiece, .metaspace, .replace, .stripFirst:
      return Array(changed(text, isFirst: isFirst).utf8)
    case .sequence(let steps):
      var text = text
      var bytes: [UInt8]?
      for step in steps {
        // Once a token is a byte, no rule about texts applies to it.
        guard bytes == nil else { break }
        if case .byteFallback = step {
          bytes = Self.byte(text).map { [$0] }
        } else if case .byteLevel = step {
          bytes = step.bytes(text, isFirst: isFirst)
        } else {
          text = step.changed(text, isFirst: isFirst)
        }
      }
      return bytes ?? Array(text.utf8)
    }
  }

  private func changed(_ text: String, isFirst: Bool) -> String {
    switch self {
    case .spaced, .byteLevel, .byteFallback, .sequence: return text
    case .wordPiece(let continuation, let cleansUp):
      let continues = text.utf8.starts(with: continuation.utf8)
      let joined =
        isFirst
        ? text
        : continues
          ? String(text.unicodeScalars.dropFirst(continuation.unicodeScalars.count))
          : " " + text
      return cleansUp ? Self.cleaned(joined) : joined
    case .metaspace(let mark, let dropsFirst):
      var scalars = Array(text.unicodeScalars)
      if isFirst, dropsFirst, scalars.first == mark { scalars.removeFirst() }
      return Self.string(scalars.map { $0 == mark ? " " : $0 })
    case .replace(let pattern, let content): return Self.replaced(text, pattern, content)
    case .stripFirst(let character, let count):
      guard isFirst else { return text }
      let scalars = Array(text.unicodeScalars)
      let leading = scalars.prefix { $0 == character }.count
      return Self.string(scalars.dropFirst(min(leading, count)))
    }
  }

  /// The byte of a token such as `<0x0A>`.
  static func byte(_ text: String) -> UInt8? {
    let units = Array(text.utf8)
    guard units.count == 6, units.starts(with: "<0x".utf8), units[5] == 0x3E else { return nil }
    let digits = text.unicodeScalars.dropFirst(3).prefix(2).compactMap {
      Character($0).hexDigitValue
    }
    return digits.count == 2 ? UInt8(digits[0] << 4 | digits[1]) : nil
  }

  /// English punctuation and contractions without the blanks that splitting put there.
  private static func cleaned(_ text: String) -> String {
    let rules = [
      (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"),
      (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ]
    return rules.reduce(text) { replaced($0, $1.0, $1.1) }
  }

  private static func replaced(_ text: String, _ pattern: String, _ content: String) -> String {
    let wanted = Array(pattern.utf8)
    let bytes = Array(text.utf8)
    guard !wanted.isEmpty, bytes.count >= wanted.count else { return text }
    var result: [UInt8] = []
    var position = 0
    while position < bytes.count {
      if bytes[position...].starts(with: wanted) {
        result.append(contentsOf: content.utf8)
        position += wanted.count
      } else {
        result.append(bytes[position])
        position += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }
}
