internal import CBLAKE3

extension BLAKE3 {
  /// Domain separation, mixed into every compression (the paper's table 3).
  struct Flags: OptionSet, Sendable {
    let rawValue: UInt32

    static let chunkStart = Flags(rawValue: 1)
    static let chunkEnd = Flags(rawValue: 2)
    static let parent = Flags(rawValue: 4)
    static let root = Flags(rawValue: 8)
    static let keyedHash = Flags(rawValue: 16)
    static let deriveKeyContext = Flags(rawValue: 32)
    static let deriveKeyMaterial = Flags(rawValue: 64)
  }

  /// A chaining value or a key: eight little-endian words.
  struct Words: Sendable {
    var storage: [8 of UInt32]

    /// The first words of the fractional parts of the square roots of the first eight primes.
    static var initial: Words {
      Words(storage: [
        0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A,
        0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19,
      ])
    }

    init(storage: [8 of UInt32]) {
      self.storage = storage
    }

    init(_ bytes: Span<UInt8>, at offset: Int) {
      storage = [8 of UInt32] { word in
        var value: UInt32 = 0
        for byte in 0..<4 {
          value |= UInt32(bytes[offset + word * 4 + byte]) << UInt32(byte * 8)
        }
        return value
      }
    }

    func copy(to block: inout [64 of UInt8], at offset: Int) {
      for word in 0..<8 {
        for byte in 0..<4 {
          block[offset + word * 4 + byte] = UInt8(
            truncatingIfNeeded: storage[word] >> UInt32(byte * 8))
        }
      }
    }

    @unsafe
    func withPointer<R>(_ body: (UnsafePointer<UInt32>) -> R) -> R {
      unsafe storage.span.withUnsafeBufferPointer { words in
        // The storage of a fixed-size array always has an address.
        unsafe body(words.baseAddress.unsafelyUnwrapped)
      }
    }
  }

  /// A compression that has not happened yet, since only the end of the message tells whether it
  /// is the root.
  struct Node {
    let input: Words
    let block: [64 of UInt8]
    let blockCount: Int
    let counter: UInt64
    let flags: Flags

    func compress(counter: UInt64, flags: Flags) -> [16 of UInt32] {
      var output = [16 of UInt32](repeating: 0)
      var span = output.mutableSpan
      unsafe span.withUnsafeMutableBufferPointer { output in
        unsafe input.withPointer { input in
          unsafe block.span.withUnsafeBufferPointer { block in
            unsafe cblake3_compress(
              input, block.baseAddress, UInt32(blockCount), counter, flags.rawValue,
              output.baseAddress)
          }
        }
      }
      return output
    }

    var chainingValue: Words {
      let output = compress(counter: counter, flags: flags)
      return Words(storage: [8 of UInt32] { output[$0] })
    }

    /// Writes the root's output from byte `offset` on: block after block with a rising counter.
    func writeRoot(to output: inout MutableSpan<UInt8>, from offset: UInt64) {
      var written = 0
      var position = offset
      while written < output.count {
        let words = compress(counter: position / 64, flags: flags.union(.root))
        var index = Int(position % 64)
        while index < 64, written < output.count {
          output[written] = UInt8(truncatingIfNeeded: words[index / 4] >> UInt32(index % 4 * 8))
          written += 1
          index += 1
          position &+= 1
        }
      }
    }
  }

  /// The chunk that is being filled.
  struct Chunk: Sendable {
    static var sizeMax: Int { 1024 }

    var number: UInt64
    var value: Words
    var block: [64 of UInt8]
    var blockCount: Int
    var blocksCompressed: Int

    init(key: Words, number: UInt64) {
      self.number = number
      value = key
      block = [64 of UInt8](repeating: 0)
      blockCount = 0
      blocksCompressed = 0
    }

    var count: Int { blocksCompressed * 64 + blockCount }

    func node(mode: Flags) -> Node {
      var flags = mode.union(.chunkEnd)
      if blocksCompressed == 0 { flags.insert(.chunkStart) }
      return Node(
        input: value, block: block, blockCount: blockCount, counter: number, flags: flags)
    }

    /// Takes `count` bytes, which must fit.
    ///
    /// A full block waits until a byte follows it.
    mutating func absorb(_ start: UnsafePointer<UInt8>, _ count: Int, mode: Flags) {
      var start = unsafe start
      var remaining = count
      while remaining > 0 {
        if blockCount == 64 { compressBlock(mode: mode) }
        if blockCount == 0, remaining > 64 {
          let count = (remaining - 1) / 64
          unsafe compress(start, count, mode: mode)
          unsafe start += count * 64
          remaining -= count * 64
        }
        let taken = min(64 - blockCount, remaining)
        var span = block.mutableSpan
        unsafe span.withUnsafeMutableBytes { block in
          // The storage of a fixed-size array always has an address.
          unsafe (block.baseAddress.unsafelyUnwrapped + blockCount).copyMemory(
            from: start, byteCount: taken)
        }
        blockCount += taken
        unsafe start += taken
        remaining -= taken
      }
    }

    private mutating func compressBlock(mode: Flags) {
      let full = block
      unsafe full.span.withUnsafeBufferPointer { full in
        // The storage of a fixed-size array always has an address.
        unsafe compress(full.baseAddress.unsafelyUnwrapped, 1, mode: mode)
      }
      block = [64 of UInt8](repeating: 0)
      blockCount = 0
    }

    private mutating func compress(_ start: UnsafePointer<UInt8>, _ count: Int, mode: Flags) {
      let first: Flags = blocksCompressed == 0 ? .chunkStart : []
      var span = value.storage.mutableSpan
      unsafe span.withUnsafeMutableBufferPointer { value in
        unsafe cblake3_blocks(
          value.baseAddress, start, count, number, mode.rawValue, first.rawValue)
      }
      blocksCompressed += count
    }
  }
}

extension BLAKE3.Node {
  /// The parent of two subtrees.
  init(left: BLAKE3.Words, right: BLAKE3.Words, key: BLAKE3.Words, mode: BLAKE3.Flags) {
    var block = [64 of UInt8](repeating: 0)
    left.copy(to: &block, at: 0)
    right.copy(to: &block, at: 32)
    self.init(
      input: key, block: block, blockCount: 64, counter: 0, flags: mode.union(.parent))
  }
}
