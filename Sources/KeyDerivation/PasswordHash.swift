internal import COpenSSL
internal import CSodium

/// Keys from passwords, slowly on purpose.
public enum PasswordHash {
  /// Memory that scrypt may take, in bytes: what a stranger's file asks for is not granted blindly.
  public static let memoryMax: UInt64 = 1 << 30
  public static let iterationsMax = 20_000_000
  public static let keyByteCountMax = 1024

  /// scrypt (RFC 7914); nil for parameters that it does not have or that cost too much.
  public static func scrypt(
    _ password: Span<UInt8>, salt: [UInt8], n: UInt64, r: UInt64, p: UInt64, keyByteCount: Int
  ) -> SecretBytes? {
    guard n > 1, n & (n - 1) == 0, r > 0, p > 0, r <= 1 << 20, p <= 1 << 20,
      (1...keyByteCountMax).contains(keyByteCount),
      case let (memory, overflow) = n.multipliedReportingOverflow(by: 128 * r), !overflow,
      memory <= memoryMax, case let work = memory.multipliedReportingOverflow(by: p),
      !work.overflow, work.partialValue <= memoryMax * 16
    else { return nil }
    // OpenSSL's refuses r = 1 with n as large as some keystores have it.
    guard sodium_init() >= 0 else { return nil }
    return unsafe password.withUnsafeBufferPointer { password in
      unsafe SecretBytes(count: keyByteCount) { key in
        // The library takes no null pointer for an empty password.
        var nothing: UInt8 = 0
        return unsafe withUnsafePointer(to: &nothing) { nothing in
          unsafe crypto_pwhash_scryptsalsa208sha256_ll(
            password.baseAddress ?? nothing, password.count, salt, salt.count, n, UInt32(r),
            UInt32(p), key, keyByteCount) == 0
        }
      }
    }
  }

  public enum Digest: Sendable {
    case sha256, sha512
  }

  /// PBKDF2 with HMAC (RFC 8018); nil for parameters that it does not have or that cost too much.
  public static func pbkdf2(
    _ password: Span<UInt8>, salt: Span<UInt8>, iterations: Int, _ digest: Digest,
    keyByteCount: Int
  ) -> SecretBytes? {
    guard (1...iterationsMax).contains(iterations),
      (1...keyByteCountMax).contains(keyByteCount)
    else { return nil }
    return unsafe password.withUnsafeBufferPointer { password in
      unsafe salt.withUnsafeBufferPointer { salt in
        unsafe SecretBytes(count: keyByteCount) { key in
          unsafe password.withMemoryRebound(to: CChar.self) { password in
            unsafe PKCS5_PBKDF2_HMAC(
              password.baseAddress, Int32(password.count), salt.baseAddress, Int32(salt.count),
              Int32(iterations), digest == .sha256 ? EVP_sha256() : EVP_sha512(),
              Int32(keyByteCount), key) == 1
          }
        }
      }
    }
  }
}
