public import Glibc

/// Bytes in the order they came: appended at the end, taken from the front.
///
/// One contiguous block, grown by doubling. The storage is freed with the value.
@safe
public struct ByteQueue: ~Copyable {
  @usableFromInline var base: UnsafeMutableRawPointer?
  @usableFromInline var capacity = 0
  @usableFromInline var head = 0
  @usableFromInline var tail = 0

  @inlinable
  public init() {
    unsafe base = nil
  }

  deinit {
    unsafe free(base)
  }

  // Not `base.map`, which is not specialized in every module.
  @inlinable var front: UnsafeRawPointer? {
    guard let base = unsafe base else { return nil }
    return unsafe UnsafeRawPointer(base + head)
  }

  @inlinable var end: UnsafeMutableRawPointer? {
    guard let base = unsafe base else { return nil }
    return unsafe base + tail
  }

  /// The number of bytes that wait in the queue.
  @inlinable public var count: Int { tail &- head }
  @inlinable public var isEmpty: Bool { tail == head }
  /// The size of the queue's storage in bytes, used or not.
  @inlinable public var allocatedCount: Int { capacity }

  /// Lets `body` read the waiting bytes, oldest first.
  @inlinable
  public borrowing func withBytes<R: ~Copyable, E: Error>(
    _ body: (RawSpan) throws(E) -> R
  ) throws(E) -> R {
    try body(unsafe UnsafeRawBufferPointer(start: front, count: count).bytes)
  }

  /// The byte at `offset` from the front.
  @inlinable
  public subscript(offset: Int) -> UInt8 {
    get {
      precondition(offset >= 0 && offset < count)
      // The precondition implies that there is storage.
      return unsafe base.unsafelyUnwrapped.load(fromByteOffset: head &+ offset, as: UInt8.self)
    }
    set {
      precondition(offset >= 0 && offset < count)
      unsafe base.unsafelyUnwrapped.storeBytes(
        of: newValue, toByteOffset: head &+ offset, as: UInt8.self)
    }
  }
}

// MARK: - Appending

extension ByteQueue {
  /// Makes room for `extra` more bytes at the end.
  @inlinable
  public mutating func reserve(_ extra: Int) {
    if capacity &- tail < extra { makeRoom(extra) }
  }

  @usableFromInline
  mutating func makeRoom(_ extra: Int) {
    let waiting = count
    if head > 0, let base = unsafe base {
      unsafe memmove(base, base + head, waiting)
      head = 0
      tail = waiting
      // Moving is enough only if it frees a good part, or small appends would move again and again.
      if waiting + extra <= capacity / 2 { return }
    }
    guard unsafe capacity - tail < extra || base == nil else { return }
    capacity = max(256, (waiting + extra) * 2)
    guard let grown = unsafe realloc(base, capacity) else { fatalError("out of memory") }
    unsafe base = grown
  }

  /// Makes room for `extra` more bytes at the end and for no more, where storage must stay within a
  /// limit.
  public mutating func reserve(exactly extra: Int) {
    guard capacity &- tail < extra else { return }
    if head > 0, let base = unsafe base {
      unsafe memmove(base, base + head, count)
      tail = count
      head = 0
    }
    guard capacity - tail < extra else { return }
    capacity = tail + extra
    guard let grown = unsafe realloc(base, capacity) else { fatalError("out of memory") }
    unsafe base = grown
  }

  /// Appends `extra` bytes that `fill` writes, all of them.
  @inlinable
  public mutating func append<E: Error>(
    count extra: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(E) -> Void
  ) throws(E) {
    reserve(extra)
    let start = unsafe end
    try unsafe fill(UnsafeMutableRawBufferPointer(start: start, count: extra))
    tail &+= extra
  }

  /// Appends at most `limit` bytes: `fill` says how many it wrote.
  @inlinable
  public mutating func append<E: Error>(
    upTo limit: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(E) -> Int
  ) throws(E) -> Int {
    reserve(limit)
    let start = unsafe end
    let written = try unsafe fill(UnsafeMutableRawBufferPointer(start: start, count: limit))
    precondition(written >= 0 && written <= limit)
    tail &+= written
    return written
  }

  @inlinable
  public mutating func append(_ bytes: RawSpan) {
    unsafe bytes.withUnsafeBytes { unsafe append(copying: $0) }
  }

  @inlinable
  public mutating func append(_ bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBufferPointer { unsafe append(copying: UnsafeRawBufferPointer($0)) }
  }

  @inlinable
  public mutating func append(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBytes { unsafe append(copying: $0) }
  }

  @inlinable
  public mutating func append(_ text: StaticString) {
    unsafe append(
      copying: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  @inlinable
  public mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { unsafe append(copying: UnsafeRawBufferPointer($0)) }
  }

  @inlinable
  public mutating func append(_ byte: UInt8) {
    reserve(1)
    unsafe base.unsafelyUnwrapped.storeBytes(of: byte, toByteOffset: tail, as: UInt8.self)
    tail &+= 1
  }

  @unsafe
  @inlinable
  public mutating func append(copying bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress, bytes.count > 0 else { return }
    reserve(bytes.count)
    unsafe memcpy(base.unsafelyUnwrapped + tail, source, bytes.count)
    tail &+= bytes.count
  }
}

// MARK: - Taking

extension ByteQueue {
  /// Forgets the `amount` oldest bytes.
  @inlinable
  public mutating func drop(_ amount: Int) {
    precondition(amount >= 0 && amount <= count)
    head &+= amount
    if head == tail {
      head = 0
      tail = 0
    }
  }

  /// Forgets every byte after the first `remaining`.
  @inlinable
  public mutating func truncate(to remaining: Int) {
    precondition(remaining >= 0 && remaining <= count)
    tail = head &+ remaining
  }

  /// Copies the oldest `amount` bytes out.
  public mutating func take(_ amount: Int) -> [UInt8] {
    precondition(amount >= 0 && amount <= count)
    let taken = unsafe [UInt8](UnsafeRawBufferPointer(start: front, count: amount))
    drop(amount)
    return taken
  }

  /// Forgets all bytes; storage larger than `limit` bytes is given back.
  @inlinable
  public mutating func removeAll(keepingUpTo limit: Int = .max) {
    head = 0
    tail = 0
    guard capacity > limit else { return }
    unsafe free(base)
    unsafe base = nil
    capacity = 0
  }
}
