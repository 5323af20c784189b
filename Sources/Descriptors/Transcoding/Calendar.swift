/// A point in time as `google.protobuf.Timestamp` holds it, and as RFC 3339 text.
struct Timestamp: Hashable {
  var seconds: Int64
  var nanos: Int32

  /// The text in UTC, or `nil` outside the years 1 to 9999.
  var text: String? {
    guard Self.secondsRange.contains(seconds), 0..<1_000_000_000 ~= nanos else { return nil }
    let (days, second) = seconds.quotientAndRemainderFlooring(dividingBy: 86_400)
    let (year, month, day) = Self.date(days: days)
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(padded(second / 3600, 2)):"
      + "\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))\(fractionText(nanos))Z"
  }

  init(seconds: Int64, nanos: Int32) {
    self.seconds = seconds
    self.nanos = nanos
  }

  init?(text: [UInt8]) {
    var text = text[...]
    guard let year = number(&text, 4), skip(&text, 0x2D), let month = number(&text, 2),
      skip(&text, 0x2D), let day = number(&text, 2), skip(&text, 0x54),
      let hour = number(&text, 2), skip(&text, 0x3A), let minute = number(&text, 2),
      skip(&text, 0x3A), let second = number(&text, 2), let nanos = fraction(&text),
      let offset = Self.offset(&text), text.isEmpty,
      year >= 1, 1...12 ~= month, day >= 1, day <= Self.dayCount(year: year, month: month),
      hour < 24, minute < 60, second < 60
    else { return nil }
    seconds =
      Self.days(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second
      - offset
    self.nanos = nanos
    guard Self.secondsRange.contains(seconds) else { return nil }
  }

  private static func offset(_ text: inout ArraySlice<UInt8>) -> Int64? {
    if skip(&text, 0x5A) { return 0 }
    guard let sign = text.popFirst(), sign == 0x2B || sign == 0x2D,
      let hour = number(&text, 2), skip(&text, 0x3A), let minute = number(&text, 2),
      hour < 24, minute < 60
    else { return nil }
    let offset = hour * 3600 + minute * 60
    return sign == 0x2D ? -offset : offset
  }

  /// 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z.
  private static let secondsRange: ClosedRange<Int64> = -62_135_596_800...253_402_300_799
}

// MARK: - The calendar

/// Days are counted from 1970-01-01 in the proleptic Gregorian calendar. Years begin in March
/// here, so that a leap day is a year's last one.
extension Timestamp {
  private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let era = year / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func date(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let (era, dayOfEra) = (days + 719_468).quotientAndRemainderFlooring(dividingBy: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shifted + 2) / 5 + 1)
  }

  private static func dayCount(year: Int64, month: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

/// A span as `google.protobuf.Duration` holds it: both parts have one sign.
struct SignedDuration: Hashable {
  var seconds: Int64
  var nanos: Int32

  var text: String? {
    guard Self.secondsRange.contains(seconds), -999_999_999...999_999_999 ~= nanos,
      seconds == 0 || nanos == 0 || (seconds < 0) == (nanos < 0)
    else { return nil }
    let sign = seconds < 0 || nanos < 0 ? "-" : ""
    return "\(sign)\(seconds.magnitude)\(fractionText(abs(nanos)))s"
  }

  init(seconds: Int64, nanos: Int32) {
    self.seconds = seconds
    self.nanos = nanos
  }

  init?(text: [UInt8]) {
    var text = text[...]
    let isNegative = skip(&text, 0x2D)
    let digits = text.prefix(while: \.isDigit)
    guard !digits.isEmpty, digits.count <= Self.digitsMax,
      let seconds = number(&text, digits.count), let nanos = fraction(&text), skip(&text, 0x73),
      text.isEmpty,
      Self.secondsRange.contains(seconds)
    else { return nil }
    self.seconds = isNegative ? -seconds : seconds
    self.nanos = isNegative ? -nanos : nanos
  }

  /// About ten thousand years either way.
  private static let secondsRange: ClosedRange<Int64> = -315_576_000_000...315_576_000_000
  private static let digitsMax = 18
}

// MARK: - Digits

/// `.` and three, six or nine digits, or nothing when there is no fraction.
private func fractionText(_ nanos: Int32) -> String {
  switch Int64(nanos) {
  case 0: ""
  case let nanos where nanos % 1_000_000 == 0: "." + padded(nanos / 1_000_000, 3)
  case let nanos where nanos % 1000 == 0: "." + padded(nanos / 1000, 6)
  case let nanos: "." + padded(nanos, 9)
  }
}

private func padded(_ value: Int64, _ count: Int) -> String {
  let digits = String(value)
  return String(repeating: "0", count: max(0, count - digits.count)) + digits
}

private func skip(_ text: inout ArraySlice<UInt8>, _ byte: UInt8) -> Bool {
  guard text.first == byte else { return false }
  text.removeFirst()
  return true
}

private func number(_ text: inout ArraySlice<UInt8>, _ count: Int) -> Int64? {
  let digits = text.prefix(count)
  guard digits.count == count, digits.allSatisfy(\.isDigit) else { return nil }
  text.removeFirst(count)
  return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
}

/// An optional point with one to nine digits, in nanoseconds.
private func fraction(_ text: inout ArraySlice<UInt8>) -> Int32? {
  guard skip(&text, 0x2E) else { return 0 }
  let count = text.prefix(while: \.isDigit).count
  guard 1...9 ~= count, var value = number(&text, count) else { return nil }
  for _ in count..<9 { value *= 10 }
  return Int32(value)
}

extension Int64 {
  fileprivate func quotientAndRemainderFlooring(dividingBy divisor: Int64) -> (Int64, Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
