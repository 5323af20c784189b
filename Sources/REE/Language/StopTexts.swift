/// Watches a growing text for texts that end it, and holds back what may become one.
struct StopTexts {
  private let stops: [[UInt8]]
  private var held: [UInt8] = []

  init(_ texts: [String]) {
    stops = texts.map { Array($0.utf8) }
  }

  /// Adds text and returns what can be shown, and whether a stop text was met.
  ///
  /// Of several that begin in the text, the one that begins first counts.
  mutating func append(_ text: String) -> (shown: String, isStopped: Bool) {
    held.append(contentsOf: text.utf8)
    if let start = held.indices.first(where: { index in
      stops.contains { held[index...].starts(with: $0) }
    }) {
      let shown = String(decoding: held[..<start], as: UTF8.self)
      held = []
      return (shown, true)
    }
    // A stop text is valid UTF-8, so what may begin one begins at a character.
    let keep =
      held.indices.first { index in
        stops.contains { $0.starts(with: held[index...]) }
      } ?? held.endIndex
    let shown = String(decoding: held[..<keep], as: UTF8.self)
    held.removeFirst(keep)
    return (shown, false)
  }

  /// What was held back when the text ended without a stop text.
  mutating func finish() -> String {
    defer { held = [] }
    return String(decoding: held, as: UTF8.self)
  }
}
