extension Command {
  /// The size of every command in a journal.
  static let wordCount = 3

  /// Kind, flags, price and account; the quantity; the word.
  @inline(__always)
  func encode(into words: inout [UInt64]) {
    let flags = side.rawValue | timeInForce.rawValue << 1 | selfTrade.rawValue << 4
    words.append(
      UInt64(kind.rawValue) | UInt64(flags) << 8 | UInt64(price) << 16 | UInt64(account) << 32)
    words.append(UInt64(quantity))
    words.append(word)
  }

  /// Nil where the words are no command.
  init?(_ words: Span<UInt64>, at index: Int) {
    let head = words[index]
    let flags = UInt8(truncatingIfNeeded: head >> 8)
    guard let kind = Kind(rawValue: UInt8(truncatingIfNeeded: head)),
      let side = Side(rawValue: flags & 1),
      let timeInForce = TimeInForce(rawValue: flags >> 1 & 7),
      let selfTrade = SelfTradePrevention(rawValue: flags >> 4),
      let quantity = UInt32(exactly: words[index + 1])
    else { return nil }
    self.init(kind)
    self.side = side
    self.timeInForce = timeInForce
    self.selfTrade = selfTrade
    self.quantity = quantity
    price = UInt16(truncatingIfNeeded: head >> 16)
    account = UInt32(truncatingIfNeeded: head >> 32)
    word = words[index + 2]
  }
}
