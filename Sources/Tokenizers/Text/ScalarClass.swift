/// What pre-tokenizers ask about a character.
struct ScalarClass: OptionSet, Sendable {
  let rawValue: UInt16

  static let letter = ScalarClass(rawValue: 1)
  static let number = ScalarClass(rawValue: 2)
  static let whitespace = ScalarClass(rawValue: 4)
  static let punctuation = ScalarClass(rawValue: 8)
  static let nonspacingMark = ScalarClass(rawValue: 16)
  /// Control, format and private characters.
  static let other = ScalarClass(rawValue: 32)
  /// What `\w` matches: alphabetic, marks, decimal digits, connectors, joiners.
  static let word = ScalarClass(rawValue: 64)

  /// Marks of any kind.
  static let mark = ScalarClass(rawValue: 128)

  /// Characters that came after Unicode 8.
  static let afterUnicode8 = ScalarClass(rawValue: 256)
  static let afterUnicode9 = ScalarClass(rawValue: 512)

  init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  init(_ scalar: Unicode.Scalar) {
    let value = Int(scalar.value)
    self = value < Self.table.count ? Self.table[value] : Self(properties: scalar.properties)
  }

  /// The scripts of everyday text.
  private static let table: [ScalarClass] = (0..<0x3100).map { value in
    Unicode.Scalar(UInt32(value)).map { ScalarClass(properties: $0.properties) } ?? []
  }

  private init(properties: Unicode.Scalar.Properties) {
    var result: ScalarClass = []
    let category = properties.generalCategory
    switch category {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      result = .letter
    case .decimalNumber, .letterNumber, .otherNumber: result = .number
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      result = .punctuation
    case .nonspacingMark: result = [.nonspacingMark, .mark]
    case .spacingMark, .enclosingMark: result = .mark
    case .control, .format, .surrogate, .privateUse: result = .other
    case .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol, .spaceSeparator,
      .lineSeparator, .paragraphSeparator, .unassigned:
      break
    @unknown default: break
    }
    if properties.isWhitespace { result.insert(.whitespace) }
    if properties.isAlphabetic || result.contains(.mark) || category == .decimalNumber
      || category == .connectorPunctuation || properties.isJoinControl
    {
      result.insert(.word)
    }
    let age = properties.age?.major ?? 0
    if age > 8 { result.insert(.afterUnicode8) }
    if age > 9 { result.insert(.afterUnicode9) }
    self = result
  }
}

extension Unicode.Scalar {
  var isWhitespace: Bool { ScalarClass(self).contains(.whitespace) }
  var isLetter: Bool { ScalarClass(self).contains(.letter) }
  var isNumber: Bool { ScalarClass(self).contains(.number) }
  var isPunctuation: Bool { ScalarClass(self).contains(.punctuation) }
  var isWord: Bool { ScalarClass(self).contains(.word) }
  var isNewline: Bool { self == "\n" || self == "\r" }
}
