public import Glibc

extension RawSpan {
  /// Whether the bytes are those of `text`.
  @inlinable
  public func equals(_ text: StaticString) -> Bool {
    guard byteCount == text.utf8CodeUnitCount else { return false }
    return unsafe withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return true }
      return unsafe memcmp(start, text.utf8Start, bytes.count) == 0
    }
  }

  /// The bytes as text; what is not UTF-8 is replaced.
  public var string: String {
    unsafe withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
  }
}
