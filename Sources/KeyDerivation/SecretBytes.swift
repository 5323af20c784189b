internal import COpenSSL

/// Bytes that nobody prints, wiped when their owner lets go of them.
@safe
public struct SecretBytes: ~Copyable, @unchecked Sendable {
  // Unchecked: it has one owner, and nobody writes to the memory after `init`.
  private let memory: UnsafeMutablePointer<UInt8>
  public let count: Int

  /// Memory that `fill` writes completely; false is a failure.
  init?(count: Int, _ fill: (UnsafeMutablePointer<UInt8>) -> Bool) {
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: max(count, 1))
    unsafe memory.initialize(repeating: 0, count: max(count, 1))
    unsafe self.memory = memory
    self.count = count
    guard unsafe fill(memory) else { return nil }
  }

  public init(_ bytes: Span<UInt8>) {
    count = bytes.count
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: max(count, 1))
    for index in bytes.indices { unsafe (memory + index).initialize(to: bytes[index]) }
    unsafe self.memory = memory
  }

  deinit {
    unsafe OPENSSL_cleanse(memory, count)
    unsafe memory.deallocate()
  }

  /// Lets `body` read the bytes. It must not keep a copy.
  public borrowing func withBytes<R: ~Copyable, E: Error>(
    _ body: (Span<UInt8>) throws(E) -> R
  ) throws(E) -> R {
    try body(unsafe UnsafeBufferPointer(start: memory, count: count).span)
  }

  /// Reads 64 hexadecimal digits and their like, with or without `0x` in front; nil for what is none.
  public init?(hex text: Span<UInt8>) {
    let hasPrefix = text.count >= 2 && text[0] == 0x30 && text[1] | 0x20 == 0x78
    let start = hasPrefix ? 2 : 0
    guard (text.count - start).isMultiple(of: 2) else { return nil }
    var isValid = true
    let made = unsafe SecretBytes(count: (text.count - start) / 2) { memory in
      for index in 0..<(text.count - start) / 2 {
        guard let high = Self.digit(text[start + 2 * index]),
          let low = Self.digit(text[start + 2 * index + 1])
        else {
          isValid = false
          return false
        }
        unsafe memory[index] = high << 4 | low
      }
      return true
    }
    guard isValid, let made else { return nil }
    self = made
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x61...0x66: byte - 0x61 + 10
    case 0x41...0x46: byte - 0x41 + 10
    default: nil
    }
  }
}
