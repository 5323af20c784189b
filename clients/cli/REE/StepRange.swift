internal import ArgumentParser

/// Consecutive steps as they are written on a command line: `200..210` are the ten from 200 on.
struct StepRange: Hashable, Sendable {
  let range: Range<UInt64>

  init(_ text: String) throws {
    let parts = text.split(separator: "..", omittingEmptySubsequences: false)
    guard parts.count == 2, let first = UInt64(parts[0]), let end = UInt64(parts[1]), first < end
    else { throw ValidationError("\(text) is no range of steps, such as 200..210") }
    range = first..<end
  }
}
