internal import CSodium

/// SHA-256, whole or piece by piece.
public struct SHA256 {
  public static let byteCount = 32

  private var state = crypto_hash_sha256_state()

  public init() {
    Library.prepare()
    unsafe crypto_hash_sha256_init(&state)
  }

  public mutating func update(_ bytes: Span<UInt8>) {
    unsafe bytes.withPointer { bytes, count in
      _ = unsafe crypto_hash_sha256_update(&state, bytes, UInt64(count))
    }
  }

  public mutating func update(_ bytes: RawSpan) {
    unsafe bytes.withUnsafeBytes { bytes in
      _ = unsafe crypto_hash_sha256_update(
        &state, bytes.assumingMemoryBound(to: UInt8.self).baseAddress, UInt64(bytes.count))
    }
  }

  /// The hash of everything so far. The state stays, so more may follow.
  public func finished() -> [UInt8] {
    var state = state
    var hash = [UInt8](repeating: 0, count: Self.byteCount)
    unsafe crypto_hash_sha256_final(&state, &hash)
    return hash
  }

  public static func hash(_ bytes: Span<UInt8>) -> [UInt8] {
    var state = SHA256()
    state.update(bytes)
    return state.finished()
  }
}

/// BLAKE2b (RFC 7693), libsodium's generic hash.
public enum BLAKE2b {
  /// Lengths of hashes and of keys that the function can be asked for.
  public static let byteCounts = 16...64

  /// Hashes `bytes` to `count` bytes, with a key where only those who know it may do so.
  public static func hash(_ bytes: Span<UInt8>, key: Span<UInt8> = Span(), count: Int = 32)
    -> [UInt8]
  {
    precondition(byteCounts.contains(count))
    precondition(key.count == 0 || byteCounts.contains(key.count))
    Library.prepare()
    var hash = [UInt8](repeating: 0, count: count)
    unsafe bytes.withPointer { bytes, byteCount in
      unsafe key.withPointer { key, keyByteCount in
        _ = unsafe crypto_generichash(
          &hash, count, bytes, UInt64(byteCount), key, keyByteCount)
      }
    }
    return hash
  }
}
