/// Recursive Length Prefix, the encoding of Ethereum's structures (Yellow Paper, appendix B).
public enum RLP {
  /// How deep lists may nest when a whole tree is read.
  public static let depthMax = 1024

  /// Why bytes are not the canonical encoding of what was asked for.
  public enum Malformed: Error, Hashable, Sendable {
    /// A header announces more than there is.
    case truncated
    /// Bytes follow the last item.
    case trailingBytes(Int)
    /// A single byte below 0x80 has a header, or a length is longer than it must be.
    case notCanonical
    /// A length that no memory holds.
    case lengthTooLarge
    case expectedList
    case expectedBytes
    /// A number starts with a zero byte.
    case leadingZero
    /// A number or a fixed-size value has the wrong size.
    case wrongSize(expected: Int, actual: Int)
    case tooDeep
    case tooManyItems
  }

  /// A decoded tree.
  public indirect enum Item: Hashable, Sendable {
    case bytes([UInt8])
    case list([Item])
  }
}

extension RLP.Item {
  public init(decoding bytes: [UInt8]) throws(RLP.Malformed) {
    var reader = RLP.Reader(bytes)
    self = try reader.item(depth: 0)
    try reader.end()
  }

  public var encoded: [UInt8] {
    var encoder = RLP.Encoder()
    encoder.append(self)
    return encoder.bytes
  }
}
