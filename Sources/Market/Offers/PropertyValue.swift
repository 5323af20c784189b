/// What a property of hardware, of a provider or of a job says.
public enum PropertyValue: Hashable, Sendable, Codable {
  case text(String)
  case integer(Int64)
  /// Never an amount of money.
  case number(Double)
  case flag(Bool)
  case texts([String])
}

/// Properties by their names, such as `gpu.memory.bytes`.
public struct Properties: Hashable, Sendable, Codable {
  public static let countMax = 256
  public static let nameByteCountMax = 128
  public static let textByteCountMax = 1_024
  public static let textCountMax = 256

  public private(set) var values: [String: PropertyValue] = [:]

  /// Why a property is not taken.
  public enum Refusal: Error, Hashable, Sendable {
    case tooMany
    /// Lower-case words with points between.
    case name(String)
    case doubled(String)
    case tooLong(name: String)
    case notANumber(name: String)
  }

  public init() {}

  public init(_ entries: some Sequence<(name: String, value: PropertyValue)>) throws(Refusal) {
    for entry in entries { try add(entry.name, entry.value) }
  }

  public subscript(name: String) -> PropertyValue? { values[name] }

  public mutating func add(_ name: String, _ value: PropertyValue) throws(Refusal) {
    guard values.count < Self.countMax else { throw .tooMany }
    guard Self.isName(name) else { throw .name(String(name.prefix(Self.nameByteCountMax))) }
    guard values[name] == nil else { throw .doubled(name) }
    switch value {
    case .text(let text):
      guard text.utf8.count <= Self.textByteCountMax else { throw .tooLong(name: name) }
    case .texts(let texts):
      guard texts.count <= Self.textCountMax,
        texts.allSatisfy({ $0.utf8.count <= Self.textByteCountMax })
      else { throw .tooLong(name: name) }
    case .number(let number): guard number.isFinite else { throw .notANumber(name: name) }
    case .integer, .flag: break
    }
    values[name] = value
  }

  /// Lower-case letters, digits and underscores, in words with points between.
  static func isName(_ name: String) -> Bool {
    guard (1...nameByteCountMax).contains(name.utf8.count) else { return false }
    return name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { word in
      !word.isEmpty
        && word.utf8.allSatisfy {
          (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "_")
        }
    }
  }
}
