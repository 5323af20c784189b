extension BLAKE3 {
  /// Why bytes are not a snapshot.
  public enum Malformed: Error, Hashable, Sendable {
    case unknownVersion(UInt8)
    case wrongLength(Int)
    case inconsistent
  }

  // Version, mode, block count, blocks compressed, subtree count; chunk number; then key, chunk
  // value, block and subtrees.
  private static var headerCount: Int { 5 + 8 }
  private static var fixedCount: Int { headerCount + 32 + 32 + 64 }
  private static var version: UInt8 { 1 }

  /// The state as bytes, to go on after a restart; the key of a keyed hash is among them.
  public var snapshot: [UInt8] {
    var bytes: [UInt8] = [
      Self.version, UInt8(mode.rawValue), UInt8(chunk.blockCount), UInt8(chunk.blocksCompressed),
      UInt8(subtrees.count),
    ]
    bytes.reserveCapacity(Self.fixedCount + subtrees.count * 32)
    for shift in stride(from: 0, to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: chunk.number >> UInt64(shift)))
    }
    Self.append(key, to: &bytes)
    Self.append(chunk.value, to: &bytes)
    for index in 0..<64 { bytes.append(chunk.block[index]) }
    for subtree in subtrees { Self.append(subtree, to: &bytes) }
    return bytes
  }

  /// Goes on where ``snapshot`` was taken.
  public init(snapshot bytes: Span<UInt8>) throws(Malformed) {
    guard bytes.count >= Self.fixedCount else { throw .wrongLength(bytes.count) }
    guard bytes[0] == Self.version else { throw .unknownVersion(bytes[0]) }
    let subtreeCount = Int(bytes[4])
    guard bytes.count == Self.fixedCount + subtreeCount * 32 else {
      throw .wrongLength(bytes.count)
    }
    var number: UInt64 = 0
    for byte in 0..<8 {
      number |= UInt64(bytes[5 + byte]) << UInt64(byte * 8)
    }
    let modes: [Flags] = [[], .keyedHash, .deriveKeyContext, .deriveKeyMaterial]
    guard let mode = modes.first(where: { $0.rawValue == UInt32(bytes[1]) }),
      bytes[2] <= 64, bytes[3] <= 15,
      number.nonzeroBitCount == subtreeCount, number < 1 << 54
    else { throw .inconsistent }

    self.init(key: Words(bytes, at: Self.headerCount), mode: mode)
    chunk.number = number
    chunk.value = Words(bytes, at: Self.headerCount + 32)
    chunk.block = [64 of UInt8] { bytes[Self.headerCount + 64 + $0] }
    chunk.blockCount = Int(bytes[2])
    chunk.blocksCompressed = Int(bytes[3])
    subtrees = (0..<subtreeCount).map { Words(bytes, at: Self.fixedCount + $0 * 32) }
  }

  private static func append(_ words: Words, to bytes: inout [UInt8]) {
    for word in 0..<8 {
      for shift in stride(from: 0, to: 32, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: words.storage[word] >> UInt32(shift)))
      }
    }
  }
}
