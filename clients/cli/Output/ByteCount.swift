/// Sizes as people read them.
enum ByteCount {
  static func text(_ bytes: UInt64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"]
    var value = Double(bytes)
    var unit = 0
    while value >= 999.95, unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    return unit == 0 ? "\(bytes) B" : "\(oneDecimal(value)) \(units[unit])"
  }

  /// Reads a size such as `1000000`, `512M` or `2G`: thousands, or with an i behind (`512Mi`) 1024.
  static func parse(_ text: String) throws -> UInt64 {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    var unit = text[digits.endIndex...].uppercased()
    if unit.hasSuffix("B") { unit.removeLast() }
    let step: UInt64 = unit.hasSuffix("I") ? 1024 : 1000
    if unit.hasSuffix("I") { unit.removeLast() }
    let powers = ["", "K", "M", "G", "T"]
    guard var size = UInt64(digits), let power = powers.firstIndex(of: unit) else {
      throw UserError("\(text) is no size: write 512M, 2G or a number of bytes")
    }
    for _ in 0..<power {
      let (product, overflow) = size.multipliedReportingOverflow(by: step)
      guard !overflow else { throw UserError("\(text) is too large a size") }
      size = product
    }
    return size
  }

  static func oneDecimal(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
