internal import CBLAKE3

extension BLAKE3 {
  public mutating func update(_ bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBytes { unsafe absorb($0) }
  }

  public mutating func update(_ bytes: RawSpan) {
    unsafe bytes.withUnsafeBytes { unsafe absorb($0) }
  }

  public mutating func update(_ bytes: [UInt8]) {
    update(bytes.span)
  }

  private mutating func absorb(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress else { return }
    var start = unsafe base.assumingMemoryBound(to: UInt8.self)
    var remaining = bytes.count
    while remaining > 0 {
      if chunk.count == Chunk.sizeMax { finishChunk() }
      // Whole subtrees go through the wide kernels, but the last byte always stays behind: what
      // ends the message is hashed with the root's flag, and only `finalize` knows where that is.
      if chunk.count == 0, remaining > Chunk.sizeMax {
        let taken = unsafe absorbSubtree(start, remaining)
        unsafe start += taken
        remaining -= taken
      } else {
        let taken = min(Chunk.sizeMax - chunk.count, remaining)
        unsafe chunk.absorb(start, taken, mode: mode)
        unsafe start += taken
        remaining -= taken
      }
    }
  }

  private mutating func finishChunk() {
    let value = chunk.node(mode: mode).chainingValue
    chunk = Chunk(key: key, number: chunk.number + 1)
    push(value, chunkCount: 1)
  }

  /// Hashes the largest complete subtree that may start here, and returns its size in bytes.
  private mutating func absorbSubtree(_ start: UnsafePointer<UInt8>, _ available: Int) -> Int {
    var count = Self.subtreeChunksMax
    while count * Chunk.sizeMax >= available { count /= 2 }
    // A subtree starts at a multiple of its size.
    if chunk.number != 0 { count = min(count, 1 << min(chunk.number.trailingZeroBitCount, 32)) }

    let value = unsafe subtree(start, chunkCount: count)
    chunk = Chunk(key: key, number: chunk.number + UInt64(count))
    push(value, chunkCount: UInt64(count))
    return count * Chunk.sizeMax
  }

  /// How many chunks pass through the kernels at once: their chaining values fit the nearest cache.
  private static var subtreeChunksMax: Int { 64 }

  private func subtree(_ start: UnsafePointer<UInt8>, chunkCount: Int) -> Words {
    var values = [2048 of UInt8](repeating: 0)
    var span = values.mutableSpan
    return unsafe span.withUnsafeMutableBufferPointer { values in
      // The storage of a fixed-size array always has an address.
      let values = unsafe values.baseAddress.unsafelyUnwrapped
      return unsafe key.withPointer { key in
        unsafe cblake3_chunks(start, chunkCount, key, chunk.number, mode.rawValue, values)
        var count = chunkCount
        while count > 1 {
          count /= 2
          unsafe cblake3_parents(values, count, key, mode.rawValue, values)
        }
        return unsafe Words(UnsafeBufferPointer(start: values, count: 32).span, at: 0)
      }
    }
  }

  /// Adds a finished subtree and merges it with its left neighbours of equal size.
  private mutating func push(_ value: Words, chunkCount: UInt64) {
    var value = value
    var completed = chunk.number / chunkCount
    while completed.isMultiple(of: 2) {
      subtreeCount -= 1
      value = Node(left: subtrees[subtreeCount], right: value, key: key, mode: mode).chainingValue
      completed /= 2
    }
    subtrees[subtreeCount] = value
    subtreeCount += 1
  }
}
