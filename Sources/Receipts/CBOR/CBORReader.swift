/// Reads CBOR that is in its core deterministic form, and nothing else: whatever has two spellings
/// has but one hash.
package struct CBORReader {
  private let bytes: [UInt8]
  private(set) var offset = 0

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Why bytes are not deterministic CBOR of the expected form.
  package enum Malformed: Error, Hashable {
    case endsEarly
    /// Another type of item than the expected one.
    case unexpectedType
    /// A number that could be written shorter, or a length left open.
    case notShortest
    case notUTF8
    /// More bytes after the item.
    case trailingBytes(Int)
  }

  package mutating func readUnsigned() throws(Malformed) -> UInt64 {
    try head(.unsigned)
  }

  package mutating func readBytes() throws(Malformed) -> [UInt8] {
    Array(try take(try head(.bytes)))
  }

  package mutating func readText() throws(Malformed) -> String {
    guard let text = String(validating: try take(try head(.text)), as: UTF8.self) else {
      throw .notUTF8
    }
    return text
  }

  package mutating func readArrayCount() throws(Malformed) -> UInt64 {
    try head(.array)
  }

  package mutating func readMapCount() throws(Malformed) -> UInt64 {
    try head(.map)
  }

  package func finish() throws(Malformed) {
    guard offset == bytes.count else { throw .trailingBytes(bytes.count - offset) }
  }

  private mutating func take(_ count: UInt64) throws(Malformed) -> ArraySlice<UInt8> {
    guard count <= UInt64(bytes.count - offset) else { throw .endsEarly }
    defer { offset += Int(count) }
    return bytes[offset..<offset + Int(count)]
  }

  private mutating func head(_ type: CBORType) throws(Malformed) -> UInt64 {
    guard let first = try take(1).first else { throw .endsEarly }
    guard first >> 5 == type.rawValue else { throw .unexpectedType }
    let short = first & 0x1F
    guard short >= 24 else { return UInt64(short) }
    guard short <= 27 else { throw .notShortest }
    let size = 1 << (short - 24)
    let value = try take(UInt64(size)).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let smallest: UInt64 = size == 1 ? 24 : 1 << UInt64(size * 4)
    guard value >= smallest else { throw .notShortest }
    return value
  }
}
