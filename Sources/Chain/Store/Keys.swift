internal import Primitives

/// The keys of the store's tables. Entries of the state end in the complement of their version, so that
/// the newest one comes first and a look from a version on finds the one that held then.
enum Keys {
  static let versionBytes = 8

  static func number(_ number: UInt64) -> [UInt8] {
    bigEndian(number)
  }

  static func account(_ key: Digest, _ version: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(40)
    NodeEncoding.append(key, to: &bytes)
    append(~version, to: &bytes)
    return bytes
  }

  static func slot(_ owner: Digest, _ key: Digest, _ version: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(72)
    NodeEncoding.append(owner, to: &bytes)
    NodeEncoding.append(key, to: &bytes)
    append(~version, to: &bytes)
    return bytes
  }

  /// A place in a trie: the first `depth` nibbles of a key.
  static func node(_ owner: Digest?, _ key: Digest, depth: Int, _ version: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(80)
    if let owner {
      bytes.append(1)
      NodeEncoding.append(owner, to: &bytes)
    } else {
      bytes.append(0)
    }
    bytes.append(UInt8(truncatingIfNeeded: depth))
    for index in 0..<depth / 2 { bytes.append(key.bytes[index]) }
    if depth & 1 == 1 { bytes.append(key.bytes[depth / 2] & 0xF0) }
    append(~version, to: &bytes)
    return bytes
  }

  static func append(_ number: UInt64, to bytes: inout [UInt8]) {
    for shift in stride(from: 56, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(shift)))
    }
  }

  static func bigEndian(_ number: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    append(number, to: &bytes)
    return bytes
  }

  /// Eight bytes from `start` on; zero where there are fewer.
  static func read(_ bytes: [UInt8], at start: Int) -> UInt64 {
    guard start >= 0, start + 8 <= bytes.count else { return 0 }
    return (start..<start + 8).reduce(0) { $0 << 8 | UInt64(bytes[$1]) }
  }

  /// The version that a key of the state ends in.
  static func version(_ key: [UInt8]) -> UInt64 {
    ~read(key, at: key.count - versionBytes)
  }
}
