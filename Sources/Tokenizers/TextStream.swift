/// The text of tokens as it grows, in whole characters only.
public struct TextStream: Sendable {
  private let tokenizer: Tokenizer
  private let skipsSpecialTokens: Bool
  private var pending: [UInt8] = []
  private var isFirst = true

  public init(_ tokenizer: Tokenizer, skippingSpecialTokens: Bool = true) {
    self.tokenizer = tokenizer
    skipsSpecialTokens = skippingSpecialTokens
  }

  /// Adds a token and returns the text that became complete with it, perhaps none.
  public mutating func append(_ id: UInt32) -> String {
    guard !(skipsSpecialTokens && tokenizer.isSpecial(id)), let text = tokenizer.text(id) else {
      return ""
    }
    pending.append(contentsOf: tokenizer.decoder.bytes(text, isFirst: isFirst))
    isFirst = false
    let keep = Self.unfinishedCount(pending)
    let whole = pending.dropLast(keep)
    pending.removeFirst(whole.count)
    return String(decoding: whole, as: UTF8.self)
  }

  /// What is left at the end: U+FFFD for a character that was never completed.
  public mutating func finish() -> String {
    defer { pending = [] }
    return String(decoding: pending, as: UTF8.self)
  }

  /// How many of the last bytes may be the beginning of a character.
  private static func unfinishedCount(_ bytes: [UInt8]) -> Int {
    for count in 1...3 where count <= bytes.count {
      let lead = bytes[bytes.count - count]
      guard lead & 0xC0 != 0x80 else { continue }
      let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1
      guard length > count, lead < 0xF5, lead != 0xC0, lead != 0xC1 else { return 0 }
      guard count == 1 || canFollow(lead, bytes[bytes.count - count + 1]) else { return 0 }
      return count
    }
    return 0
  }

  /// Whether a byte may be the second of a character (Unicode, table 3-7).
  private static func canFollow(_ lead: UInt8, _ second: UInt8) -> Bool {
    switch lead {
    case 0xE0: second >= 0xA0
    case 0xED: second < 0xA0
    case 0xF0: second >= 0x90
    case 0xF4: second < 0x90
    default: true
    }
  }
}
