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

  /// Takes whole words, each as its eight bytes, the lowest first.
  public mutating func update(littleEndian words: Span<UInt64>) {
    // Swift runs on little-endian machines alone here: words lie in memory as they are hashed.
    unsafe words.withUnsafeBytes { unsafe absorb($0) }
  }

  private mutating func absorb(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress else { return }
    var start = unsafe base.assumingMemoryBound(to: UInt8.self)
    var remaining = bytes.count
    while remaining > 0 {
      if chunk.count == Chunk.sizeMax { finishChunk() }
      // Whole chunks go through the wide kernels, but the last byte always stays behind: what
      // ends the message is hashed with the root's flag, and only `finalize` knows where that is.
      if chunk.count == 0, remaining > Chunk.sizeMax {
        let count = min(Self.chunksAtOnceMax, (remaining - 1) / Chunk.sizeMax)
        unsafe absorbChunks(start, count)
        unsafe start += count * Chunk.sizeMax
        remaining -= count * Chunk.sizeMax
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

  /// How many chunks pass through the kernels at once: their chaining values fit the nearest cache.
  private static var chunksAtOnceMax: Int { 64 }

  /// Hashes whole chunks, none of which ends the message.
  private mutating func absorbChunks(_ start: UnsafePointer<UInt8>, _ count: Int) {
    var values = [2048 of UInt8](repeating: 0)
    var span = values.mutableSpan
    unsafe span.withUnsafeMutableBufferPointer { values in
      // The storage of a fixed-size array always has an address.
      let values = unsafe values.baseAddress.unsafelyUnwrapped
      unsafe key.withPointer { key in
        unsafe cblake3_chunks(start, count, key, chunk.number, mode.rawValue, values)
      }
      var done = 0
      while done < count {
        // A subtree starts at a multiple of its size.
        var size = 1 << (Int.bitWidth - 1 - (count - done).leadingZeroBitCount)
        if chunk.number != 0 { size = min(size, 1 << min(chunk.number.trailingZeroBitCount, 32)) }
        let value = unsafe subtree(values + done * 32, chunkCount: size)
        chunk.number += UInt64(size)
        push(value, chunkCount: UInt64(size))
        done += size
      }
    }
  }

  /// Folds the chaining values of a complete subtree's chunks, in place.
  private func subtree(_ values: UnsafeMutablePointer<UInt8>, chunkCount: Int) -> Words {
    var count = chunkCount
    unsafe key.withPointer { key in
      while count > 1 {
        count /= 2
        unsafe cblake3_parents(values, count, key, mode.rawValue, values)
      }
    }
    return unsafe Words(UnsafeBufferPointer(start: values, count: 32).span, at: 0)
  }

  /// Adds a finished subtree and merges it with its left neighbours of equal size.
  private mutating func push(_ value: Words, chunkCount: UInt64) {
    var value = value
    var completed = chunk.number / chunkCount
    while completed.isMultiple(of: 2), let left = subtrees.popLast() {
      value = Node(left: left, right: value, key: key, mode: mode).chainingValue
      completed /= 2
    }
    subtrees.append(value)
  }
}
