/// The value of `Date` fields, written anew once a second.
///
/// Sessions of one loop share it. The clock is passed in and counts seconds since 1970.
public final class DateField {
  private let now: () -> Int64
  private var second = Int64.min
  private var text = ""

  public init(now: @escaping () -> Int64) {
    self.now = now
  }

  /// The current time in the format of RFC 9110 section 5.6.7.
  public var value: String {
    let current = now()
    if current != second {
      second = current
      text = Self.format(current)
    }
    return text
  }

  static func format(_ second: Int64) -> String {
    let days = floorDivide(second, 86_400)
    let (year, month, day) = date(days)
    let inDay = second - days * 86_400
    let weekday = Int((days % 7 + 7 + 4) % 7)  // 1970 began on a Thursday
    let names = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    let time = [inDay / 3600, inDay / 60 % 60, inDay % 60].map(twoDigits).joined(separator: ":")
    return "\(names[weekday]), \(twoDigits(day)) \(months[month - 1]) \(year) \(time) GMT"
  }

  /// The Gregorian date of a day since 1970, counted in eras of 400 years that begin in March.
  private static func date(_ days: Int64) -> (year: Int64, month: Int, day: Int64) {
    let shifted = days + 719_468
    let era = floorDivide(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = Int(marchMonth < 10 ? marchMonth + 3 : marchMonth - 9)
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
  }

  private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    (value - (value % divisor + divisor) % divisor) / divisor
  }

  private static func twoDigits(_ value: Int64) -> String {
    value < 10 ? "0\(value)" : "\(value)"
  }
}
