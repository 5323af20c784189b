/// Durations as people write them.
enum DurationText {
  /// Reads `500ms`, `5s`, `1.5m`, `1h`, or a number of seconds.
  static func parse(_ text: String) throws(UserError) -> Duration {
    // The longer names first: every one of them ends in "s".
    let units = [("ms", 0.001), ("us", 0.000_001), ("s", 1), ("m", 60), ("h", 3600)]
    let unit = units.first { text.hasSuffix($0.0) }
    let digits = text.dropLast(unit?.0.count ?? 0)
    guard let number = Double(digits), number > 0, number <= 1e9 else {
      throw UserError("\"\(text)\" is no duration: write 500ms, 5s, 2m, 1h or a number of seconds")
    }
    return .seconds(number * (unit?.1 ?? 1))
  }
}
