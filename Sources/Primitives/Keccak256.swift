/// Keccak-256 with the original padding, which Ethereum uses (not SHA-3's).
public enum Keccak256 {
  /// Bytes that one permutation absorbs.
  private static let rate = 136

  public static func hash(_ bytes: Span<UInt8>) -> Digest {
    unsafe bytes.withUnsafeBytes { unsafe Digest(word(of: $0)) }
  }

  public static func hash(_ bytes: [UInt8]) -> Digest {
    hash(bytes.span)
  }

  /// The hash as a big-endian number, straight from the state.
  public static func word(of bytes: UnsafeRawBufferPointer) -> U256 {
    unsafe withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 25) { buffer in
      guard let state = buffer.baseAddress else { return .zero }
      unsafe state.initialize(repeating: 0, count: 25)
      var rest = bytes.count
      if var position = bytes.baseAddress {
        while rest >= rate {
          for lane in 0..<17 {
            unsafe state[lane] ^= position.loadUnaligned(fromByteOffset: lane &* 8, as: UInt64.self)
          }
          unsafe permuteKeccak(state)
          unsafe position += rate
          rest &-= rate
        }
        unsafe absorbTail(position, rest, state)
      }
      let raw = UnsafeMutableRawPointer(state)
      unsafe raw.storeBytes(
        of: raw.load(fromByteOffset: rest, as: UInt8.self) ^ 1, toByteOffset: rest, as: UInt8.self)
      unsafe state[16] ^= 0x8000_0000_0000_0000
      unsafe permuteKeccak(state)
      return unsafe U256(
        state[3].byteSwapped, state[2].byteSwapped, state[1].byteSwapped, state[0].byteSwapped)
    }
  }

  @inline(__always)
  private static func absorbTail(
    _ position: UnsafeRawPointer, _ count: Int, _ state: UnsafeMutablePointer<UInt64>
  ) {
    let raw = UnsafeMutableRawPointer(state)
    var index = 0
    while index &+ 8 <= count {
      unsafe state[index &>> 3] ^= position.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      index &+= 8
    }
    while index < count {
      let byte = unsafe raw.load(fromByteOffset: index, as: UInt8.self)
      let next = unsafe position.load(fromByteOffset: index, as: UInt8.self)
      unsafe raw.storeBytes(of: byte ^ next, toByteOffset: index, as: UInt8.self)
      index &+= 1
    }
  }
}

extension Digest {
  /// The digest whose bytes are the number in big-endian order.
  public init(_ word: U256) {
    var bytes = [32 of UInt8](repeating: 0)
    var span = bytes.mutableSpan
    unsafe span.withUnsafeMutableBytes { buffer in
      if let base = buffer.baseAddress {
        unsafe word.storeBigEndian(at: base)
      }
    }
    self.init(bytes)
  }

  /// The bytes as a big-endian number.
  public var word: U256 {
    unsafe bytes.span.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress else { return .zero }
      return unsafe U256(bigEndianAt: base)
    }
  }

  public var array: [UInt8] { word.bytes }
}
