extension Span<UInt8> {
  /// Lets `body` read the bytes as libsodium wants them: through a pointer that is not null even
  /// when there are none.
  func withPointer<R: ~Copyable>(_ body: (UnsafePointer<UInt8>, Int) -> R) -> R {
    unsafe withUnsafeBufferPointer { bytes in
      var nothing: UInt8 = 0
      return unsafe withUnsafePointer(to: &nothing) { nothing in
        unsafe body(bytes.baseAddress ?? nothing, bytes.count)
      }
    }
  }
}
