internal import Primitives

/// Reads values strictly: exactly what ``Encoding`` writes is accepted, so that every value has one
/// encoding, and no bytes can describe more values than they hold.
public enum Decoding {
  /// - Throws: ``Malformed`` where the bytes are no such encoding.
  public static func decode(_ kinds: [Kind], from bytes: [UInt8]) throws(Malformed) -> [Value] {
    var decoder = Decoder(bytes)
    let (values, end) = try decoder.sequence(kinds, at: 0)
    guard end == bytes.count else { throw .trailing }
    return values
  }
}

private struct Decoder {
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Values side by side: their fixed parts, then the variable ones without gaps, in order.
  mutating func sequence(_ kinds: [Kind], at start: Int) throws(Malformed) -> ([Value], end: Int) {
    var values: [Value] = []
    var position = start
    var end = start + kinds.reduce(0) { $0 + $1.headByteCount }
    guard end <= bytes.count else { throw .truncated }
    for kind in kinds {
      if kind.isDynamic {
        guard try word(at: position) == U256(UInt64(end - start)) else { throw .offset }
        let (value, next) = try dynamic(kind, at: end)
        values.append(value)
        end = next
      } else {
        values.append(try fixed(kind, at: position))
      }
      position += kind.headByteCount
    }
    return (values, end)
  }

  private mutating func dynamic(
    _ kind: Kind, at start: Int
  ) throws(Malformed) -> (Value, end: Int) {
    switch kind {
    case .bytes:
      let (content, end) = try content(at: start)
      return (.bytes(content), end)
    case .string:
      let (content, end) = try content(at: start)
      guard let text = String(validating: content, as: UTF8.self) else { throw .utf8 }
      return (.string(text), end)
    case .array(let element):
      let count = try count(at: start, each: element.headByteCount)
      let (values, end) = try sequence(
        [Kind](repeating: element, count: count), at: start + 32)
      return (.array(values), end)
    case .fixedArray(let element, let count):
      // Each element has a word at least: what is not there is not allocated.
      guard count <= (bytes.count - start) / 32 else { throw .truncated }
      let (values, end) = try sequence([Kind](repeating: element, count: count), at: start)
      return (.array(values), end)
    case .tuple(let components):
      let (values, end) = try sequence(components, at: start)
      return (.tuple(values), end)
    case .uint, .int, .address, .bool, .fixedBytes:
      return (try fixed(kind, at: start), start + 32)
    }
  }

  private mutating func fixed(_ kind: Kind, at start: Int) throws(Malformed) -> Value {
    switch kind {
    case .fixedArray(let element, let count):
      return .array(try sequence([Kind](repeating: element, count: count), at: start).0)
    case .tuple(let components):
      return .tuple(try sequence(components, at: start).0)
    case .fixedBytes(let count):
      _ = try word(at: start)
      guard bytes[start + count..<start + 32].allSatisfy({ $0 == 0 }) else { throw .padding }
      return .bytes(Array(bytes[start..<start + count]))
    default:
      return try number(kind, try word(at: start))
    }
  }

  private func number(_ kind: Kind, _ word: U256) throws(Malformed) -> Value {
    switch kind {
    case .uint(let bits) where word.bitWidth <= bits: .uint(word)
    case .int(let bits) where word.isSigned(bits: bits): .int(word)
    case .address where word.bitWidth <= 160: .address(Address(truncating: word))
    case .bool where word.bitWidth <= 1: .bool(!word.isZero)
    default: throw .range
    }
  }

  /// Bytes behind their number, filled up to whole words.
  private func content(at start: Int) throws(Malformed) -> ([UInt8], end: Int) {
    let count = try count(at: start, each: 1)
    let padded = (count + 31) / 32 * 32
    guard padded <= bytes.count - start - 32 else { throw .truncated }
    let end = start + 32 + count
    guard bytes[end..<start + 32 + padded].allSatisfy({ $0 == 0 }) else { throw .padding }
    return (Array(bytes[start + 32..<end]), start + 32 + padded)
  }

  /// A number of things of this size, all of which have room in what is left.
  private func count(at start: Int, each byteCount: Int) throws(Malformed) -> Int {
    let word = try word(at: start)
    let room = (bytes.count - start - 32) / byteCount
    guard word.fitsInOneLimb, word.w0 <= UInt64(room) else { throw .truncated }
    return Int(word.w0)
  }

  private func word(at start: Int) throws(Malformed) -> U256 {
    guard bytes.count - start >= 32, let word = U256(bigEndian: Array(bytes[start..<start + 32]))
    else { throw .truncated }
    return word
  }
}
