/// The tokens of a model: texts and their numbers.
///
/// Texts are compared byte by byte. Swift's strings are equal when their canonical forms are, and
/// vocabularies hold both forms of a character.
public struct Vocabulary: Sendable {
  private var texts: [String?] = []
  private var numbers: [[UInt8]: UInt32] = [:]

  /// One more than the highest number.
  public var size: Int { texts.count }

  public static let sizeMax = 4_000_000

  init() {}

  /// The token's text as the vocabulary has it; `nil` for a number that is not used.
  public func text(_ id: UInt32) -> String? {
    Int(id) < texts.count ? texts[Int(id)] : nil
  }

  public func id(_ text: String) -> UInt32? {
    numbers[Array(text.utf8)]
  }

  func id(bytes: [UInt8]) -> UInt32? {
    numbers[bytes]
  }

  mutating func insert(_ text: String, _ id: Int) throws(TokenizerError) {
    guard let number = UInt32(exactly: id) else { throw .field("a token's number") }
    guard id < Self.sizeMax else { throw .tooLarge(id) }
    if id >= texts.count {
      texts.append(contentsOf: repeatElement(nil, count: id + 1 - texts.count))
    }
    guard texts[id] == nil, numbers.updateValue(number, forKey: Array(text.utf8)) == nil else {
      throw .ambiguous(text)
    }
    texts[id] = text
  }

  mutating func reserve(_ count: Int) {
    numbers.reserveCapacity(count)
    texts.reserveCapacity(count)
  }
}
