internal import CSodium

/// Unpredictable bytes from the system.
public func randomBytes(_ count: Int) -> [UInt8] {
  Library.prepare()
  var bytes = [UInt8](repeating: 0, count: count)
  unsafe randombytes_buf(&bytes, count)
  return bytes
}

/// Whether two secrets are equal; the time it takes tells their lengths and nothing else.
public func constantTimeEquals(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
  guard left.count == right.count else { return false }
  return unsafe left.withPointer { left, count in
    unsafe right.withPointer { right, _ in unsafe sodium_memcmp(left, right, count) == 0 }
  }
}
