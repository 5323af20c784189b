internal import COpenSSL

/// AES-128 in counter mode (NIST SP 800-38A), which is its own inverse.
public enum AES128CTR {
  public static let keyByteCount = 16
  public static let blockByteCount = 16

  /// Nil unless key and first counter have 16 bytes.
  public static func apply(
    key: Span<UInt8>, counter: [UInt8], to message: Span<UInt8>
  ) -> SecretBytes? {
    guard key.count == keyByteCount, counter.count == blockByteCount,
      let context = unsafe EVP_CIPHER_CTX_new()
    else { return nil }
    defer { unsafe EVP_CIPHER_CTX_free(context) }
    return unsafe key.withUnsafeBufferPointer { key in
      unsafe message.withUnsafeBufferPointer { message in
        unsafe SecretBytes(count: message.count) { output in
          var written: Int32 = 0
          guard
            unsafe EVP_EncryptInit_ex(
              context, EVP_aes_128_ctr(), nil, key.baseAddress, counter) == 1,
            unsafe EVP_EncryptUpdate(
              context, output, &written, message.baseAddress, Int32(clamping: message.count)) == 1
          else { return false }
          return Int(written) == message.count
        }
      }
    }
  }
}

/// HMAC-SHA-512 (RFC 2104).
public enum HMACSHA512 {
  public static let byteCount = 64

  public static func authenticate(_ message: Span<UInt8>, key: Span<UInt8>) -> SecretBytes? {
    unsafe key.withUnsafeBufferPointer { key in
      unsafe message.withUnsafeBufferPointer { message in
        unsafe SecretBytes(count: byteCount) { output in
          var count = 0
          return unsafe EVP_Q_mac(
            nil, "HMAC", nil, "SHA512", nil, key.baseAddress, key.count, message.baseAddress,
            message.count, output, byteCount, &count) != nil && count == byteCount
        }
      }
    }
  }
}
