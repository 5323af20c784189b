internal import Buffers
internal import RPC
internal import RPCWire
internal import Testing

@Suite
struct CompressionTests {
  static let algorithms: [Compression] = [.gzip, .deflate, .zstd]
  static let mebibyte = 1 << 20

  let compressor = Compressor()
  let decompressor = Decompressor()

  func compress(_ bytes: [UInt8], _ algorithm: Compression) -> [UInt8] {
    appended { output in read(bytes) { compressor.compress($0, into: &output, algorithm) } }
  }

  func decompress(
    _ bytes: [UInt8], _ algorithm: Compression, limit: Int = mebibyte
  ) throws -> [UInt8] {
    try appended { output in
      try read(bytes) { try decompressor.decompress($0, into: &output, algorithm, limit: limit) }
    }
  }

  @Test(arguments: Compression.allCases)
  func `random messages come back`(algorithm: Compression) throws {
    var random = SplitMix(state: 5)
    for round in 0..<100 {
      var message = random.bytes(upTo: 3000)
      if round % 2 == 0 { message = Array(repeatElement(message, count: 20).joined()) }
      let compressed = compress(message, algorithm)
      #expect(try decompress(compressed, algorithm) == message)
      if algorithm != .identity && round % 2 == 0 && message.count > 2000 {
        #expect(compressed.count < message.count / 5)
      }
    }
  }

  @Test(
    arguments: [
      (
        .gzip,
        [
          0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xCB, 0x48, 0xCD, 0xC9, 0xC9,
          0xD7, 0x51, 0x28, 0xCF, 0x2C, 0x4A, 0x05, 0x00, 0x8D, 0xFE, 0x23, 0xD6, 0x0B, 0x00, 0x00,
          0x00,
        ]
      ),
      (
        .deflate,
        [
          0x78, 0x9C, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0xD7, 0x51, 0x28, 0xCF, 0x2C, 0x4A, 0x05, 0x00,
          0x18, 0xB2, 0x04, 0x18,
        ]
      ),
      (
        .zstd,
        [
          0x28, 0xB5, 0x2F, 0xFD, 0x04, 0x68, 0x59, 0x00, 0x00, 0x68, 0x65, 0x6C, 0x6C, 0x6F, 0x2C,
          0x20, 0x77, 0x69, 0x72, 0x65, 0x85, 0xE5, 0xC3, 0x46,
        ]
      ),
    ] as [(Compression, [UInt8])])
  func `what other programs compress is read`(algorithm: Compression, bytes: [UInt8]) throws {
    #expect(try decompress(bytes, algorithm) == Array("hello, wire".utf8))
  }

  @Test(arguments: Compression.allCases)
  func `an empty body is an empty message`(algorithm: Compression) throws {
    #expect(try decompress([], algorithm).isEmpty)
    #expect(try decompress(compress([], algorithm), algorithm, limit: 0).isEmpty)
  }

  @Test(arguments: Compression.allCases)
  func `the limit is the largest message that passes`(algorithm: Compression) throws {
    for count in [1, 1023, 1024, 1025, 70_000] {
      let message = [UInt8](repeating: 7, count: count)
      let compressed = compress(message, algorithm)
      #expect(try decompress(compressed, algorithm, limit: count) == message)
      for limit in [count - 1, 0, -1] {
        #expect(
          code { try decompress(compressed, algorithm, limit: limit) } == .resourceExhausted)
      }
    }
  }

  @Test(arguments: Compression.allCases)
  func `a failure leaves what was there before`(algorithm: Compression) {
    let compressed = compress([UInt8](repeating: 7, count: 5000), algorithm)
    var output = queue([1, 2, 3])

    let code = code {
      try read(compressed) {
        try decompressor.decompress($0, into: &output, algorithm, limit: 4000)
      }
    }

    #expect(code == .resourceExhausted)
    #expect(array(output) == [1, 2, 3])
  }

  @Test(arguments: algorithms)
  func `a message cut anywhere is an error`(algorithm: Compression) {
    var random = SplitMix(state: 6)
    let compressed = compress(random.bytes(upTo: 400) + [UInt8](repeating: 1, count: 90), algorithm)

    for count in 1..<compressed.count {
      #expect(code { try decompress(Array(compressed.prefix(count)), algorithm) } == .internal)
    }
  }

  @Test(arguments: algorithms)
  func `garbage is an error and the next message is fine`(algorithm: Compression) throws {
    var random = SplitMix(state: 7)
    let message = Array("the next message".utf8)
    let compressed = compress(message, algorithm)
    for _ in 0..<200 {
      let garbage = [0xFF] + random.bytes(upTo: 100)
      #expect(code { try decompress(garbage, algorithm) } == .internal)
      #expect(code { try decompress(compressed + garbage, algorithm) } == .internal)
      #expect(try decompress(compressed, algorithm) == message)
    }
  }

  @Test(arguments: algorithms)
  func `a flipped bit never does worse than an error`(algorithm: Compression) {
    let compressed = compress(Array("some text, some more text, and some".utf8), algorithm)
    for bit in 0..<compressed.count * 8 {
      var damaged = compressed
      damaged[bit / 8] ^= 1 << (bit % 8)
      let code = code { try decompress(damaged, algorithm, limit: 1000) }
      #expect(code == .ok || code == .internal || code == .resourceExhausted)
    }
  }

  @Test(arguments: [.gzip, .zstd] as [Compression])
  func `compressed parts may follow one another`(algorithm: Compression) throws {
    let parts = [Array("one".utf8), [], [UInt8](repeating: 2, count: 5000), Array("three".utf8)]
    let compressed = parts.flatMap { compress($0, algorithm) }
    let message = Array(parts.joined())

    #expect(try decompress(compressed, algorithm, limit: message.count) == message)
    #expect(
      code { try decompress(compressed, algorithm, limit: message.count - 1) }
        == .resourceExhausted)
  }

  @Test
  func `a second zlib stream is garbage`() {
    let one = compress([1, 2, 3], .deflate)

    #expect(code { try decompress(one + one, .deflate) } == .internal)
  }

  /// A gibibyte of zeros, made of one compressed mebibyte over and over.
  static func bomb(_ algorithm: Compression) -> [UInt8] {
    let compressor = Compressor()
    let zeros = [UInt8](repeating: 0, count: mebibyte)
    let part = appended { output in
      read(zeros) { compressor.compress($0, into: &output, algorithm) }
    }
    return Array(repeatElement(part, count: 1024).joined())
  }

  @Test(arguments: [.gzip, .zstd] as [Compression])
  func `a bomb ends at the limit`(algorithm: Compression) {
    let bomb = Self.bomb(algorithm)
    let limit = 4 * Self.mebibyte
    var output = queue([1])

    let code = code {
      try read(bomb) { try decompressor.decompress($0, into: &output, algorithm, limit: limit) }
    }

    #expect(code == .resourceExhausted)
    #expect(array(output) == [1])
    let allocated = output.allocatedCount
    #expect(allocated <= limit + 4096)
  }

  @Test
  func `one member that is a bomb ends at the limit`() {
    let zeros = [UInt8](repeating: 0, count: 64 * Self.mebibyte)
    for algorithm in Self.algorithms {
      let bomb = compress(zeros, algorithm)
      var output = ByteQueue()
      let code = code {
        try read(bomb) {
          try decompressor.decompress($0, into: &output, algorithm, limit: Self.mebibyte)
        }
      }
      #expect(code == .resourceExhausted)
      let allocated = output.allocatedCount
      #expect(allocated <= Self.mebibyte + 4096)
    }
  }

  @Test
  func `a zstd frame may not ask for a large window`() {
    // Magic number, a frame header without content size, and a window of 1 GiB (exponent 20).
    let frame: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 20 << 3, 0x01, 0x00, 0x00]
    let smaller: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 13 << 3, 0x01, 0x00, 0x00]

    #expect(code { try decompress(frame, .zstd) } == .internal)
    #expect(code { try decompress(smaller, .zstd) } == .ok)
  }
}

@Suite
struct CompressionNameTests {
  @Test
  func `compressions have the names of HTTP`() {
    for compression in Compression.allCases {
      #expect(read(compression.rawValue) { Compression(reading: $0) } == compression)
      #expect(String(describing: compression.name) == compression.rawValue)
    }
    #expect(read("GZip") { Compression(reading: $0) } == .gzip)
    #expect(read("br") { Compression(reading: $0) } == nil)
    #expect(read("") { Compression(reading: $0) } == nil)
  }

  @Test(
    arguments: [
      ("", []), ("identity", []), ("gzip", .gzip), ("gzip,zstd", [.gzip, .zstd]),
      (" GZIP , br;q=1.0, deflate;q=0.5", [.gzip, .deflate]), ("gzip;q=0", []),
      ("gzip; q=0.0, zstd", .zstd), ("*", .all), ("*, gzip;q=0", [.deflate, .zstd]),
      ("*;q=0, gzip", .gzip), (",,;,", []), ("snappy", []),
    ] as [(String, AcceptedCompressions)])
  func `a list of compressions is read`(list: String, accepted: AcceptedCompressions) {
    #expect(read(list) { AcceptedCompressions(reading: $0) } == accepted)
  }

  @Test
  func `a response uses what was wanted or else what is accepted`() {
    let accepted: AcceptedCompressions = [.gzip]

    #expect(accepted.choose(.gzip) == .gzip)
    #expect(accepted.choose(.zstd) == .gzip)
    #expect(AcceptedCompressions().choose(.zstd) == .identity)
    #expect(accepted.choose(.identity) == .identity)
    #expect(AcceptedCompressions.all.list == "gzip,deflate,zstd")
    #expect(AcceptedCompressions([]).list == "identity")
  }
}
