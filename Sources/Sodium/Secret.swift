internal import CSodium

/// Memory for a secret: locked, between guard pages, kept out of core dumps, wiped when it is freed.
@safe
struct Secret: ~Copyable, @unchecked Sendable {
  // Unchecked: it has one owner, and nobody writes to it after `init`.
  let start: UnsafeMutablePointer<UInt8>
  let count: Int

  /// Memory that `fill` writes completely; nobody writes to it afterwards.
  init<E: Error>(
    count: Int, _ fill: (UnsafeMutablePointer<UInt8>) throws(E) -> Void
  ) throws(E) {
    Library.prepare()
    guard let memory = unsafe sodium_malloc(count) else {
      fatalError("no locked memory left: raise the limit on locked memory (ulimit -l)")
    }
    unsafe start = memory.assumingMemoryBound(to: UInt8.self)
    self.count = count
    try unsafe fill(start)
    unsafe sodium_mprotect_readonly(start)
  }

  deinit {
    unsafe sodium_free(start)
  }
}
