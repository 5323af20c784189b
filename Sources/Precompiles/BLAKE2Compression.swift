internal import Primitives

/// 0x09: the compression function F of BLAKE2b (EIP-152, RFC 7693 section 3.2).
enum BLAKE2Compression {
  /// Rounds (4 bytes, big-endian), h (64), m (128), t (16), all little-endian, and the final flag.
  private static let inputByteCount = 213

  /// One gas a round.
  static func gas(_ input: Span<UInt8>, _ fork: Fork) -> Int64? {
    guard input.count == inputByteCount, input[212] <= 1 else { return nil }
    return Int64(input.bigEndian(at: 0) >> 32)
  }

  static func run(_ input: Span<UInt8>, _ fork: Fork) -> [UInt8]? {
    guard input.count == inputByteCount, input[212] <= 1 else { return nil }
    var h = [8 of UInt64] { input.littleEndian(at: 4 + 8 * $0) }
    compress(
      &h, block: [16 of UInt64] { input.littleEndian(at: 68 + 8 * $0) },
      offset: (input.littleEndian(at: 196), input.littleEndian(at: 204)),
      isLast: input[212] == 1, rounds: UInt32(truncatingIfNeeded: input.bigEndian(at: 0) >> 32))

    return unsafe [UInt8](unsafeUninitializedCapacity: 64) { output, count in
      for index in 0..<64 {
        let byte = UInt8(truncatingIfNeeded: h[index / 8] >> UInt64(8 * (index % 8)))
        unsafe output.initializeElement(at: index, to: byte)
      }
      count = 64
    }
  }

  static func compress(
    _ h: inout [8 of UInt64], block m: [16 of UInt64], offset: (UInt64, UInt64), isLast: Bool,
    rounds: UInt32
  ) {
    var v = [16 of UInt64] { $0 < 8 ? h[$0] : initialState[$0 - 8] }
    v[12] ^= offset.0
    v[13] ^= offset.1
    if isLast { v[14] = ~v[14] }
    let table = permutations
    var row = 0
    for _ in 0..<rounds {
      let s = table[row]
      row = row == 9 ? 0 : row + 1
      mix(&v, 0, 4, 8, 12, m[s[0]], m[s[1]])
      mix(&v, 1, 5, 9, 13, m[s[2]], m[s[3]])
      mix(&v, 2, 6, 10, 14, m[s[4]], m[s[5]])
      mix(&v, 3, 7, 11, 15, m[s[6]], m[s[7]])
      mix(&v, 0, 5, 10, 15, m[s[8]], m[s[9]])
      mix(&v, 1, 6, 11, 12, m[s[10]], m[s[11]])
      mix(&v, 2, 7, 8, 13, m[s[12]], m[s[13]])
      mix(&v, 3, 4, 9, 14, m[s[14]], m[s[15]])
    }
    for index in 0..<8 { h[index] ^= v[index] ^ v[index + 8] }
  }

  @inline(__always)
  private static func mix(
    _ v: inout [16 of UInt64], _ a: Int, _ b: Int, _ c: Int, _ d: Int, _ x: UInt64, _ y: UInt64
  ) {
    v[a] = v[a] &+ v[b] &+ x
    v[d] = rotated(v[d] ^ v[a], by: 32)
    v[c] = v[c] &+ v[d]
    v[b] = rotated(v[b] ^ v[c], by: 24)
    v[a] = v[a] &+ v[b] &+ y
    v[d] = rotated(v[d] ^ v[a], by: 16)
    v[c] = v[c] &+ v[d]
    v[b] = rotated(v[b] ^ v[c], by: 63)
  }

  @inline(__always)
  private static func rotated(_ word: UInt64, by count: UInt64) -> UInt64 {
    word &>> count | word &<< (64 &- count)
  }

  /// SHA-512's initial state: the fractions of the square roots of the first eight primes.
  private static let initialState: [8 of UInt64] = [
    0x6a09_e667_f3bc_c908, 0xbb67_ae85_84ca_a73b, 0x3c6e_f372_fe94_f82b, 0xa54f_f53a_5f1d_36f1,
    0x510e_527f_ade6_82d1, 0x9b05_688c_2b3e_6c1f, 0x1f83_d9ab_fb41_bd6b, 0x5be0_cd19_137e_2179,
  ]

  /// The message words of each round (RFC 7693 section 2.7).
  private static let permutations: [10 of [16 of Int]] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
    [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
    [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
    [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
    [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
    [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
    [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
    [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
  ]
}
