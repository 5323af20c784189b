internal import Buffers
internal import HTTP
internal import RPC
internal import RPCWire
internal import Testing

@Suite
struct WebTests {
  @Test
  func `trailers are the last message`() {
    let trailers = headers(("grpc-status", "5"), ("grpc-message", "gone"))

    let bytes = appended { WebTrailers.append(trailers, to: &$0) }

    let block = "grpc-status: 5\r\ngrpc-message: gone\r\n"
    #expect(bytes == [0x80, 0, 0, 0, UInt8(block.utf8.count)] + Array(block.utf8))
  }

  @Test(arguments: [
    "grpc-status: 5\r\nx: y\r\n", "Grpc-Status:5\r\nX:y", "GRPC-STATUS:  5 \nx:\ty\n",
    "\r\ngrpc-status: 5\r\n\r\nx: y\r\n\r\n", "grpc-status : 5\r\nx: y",
  ])
  func `trailers are read in many spellings`(block: String) throws {
    let trailers = try read(block) { bytes throws(RPCError) in
      try WebTrailers.read(bytes, sizeMax: 1000)
    }

    #expect(lines(trailers) == ["grpc-status: 5", "x: y"])
    #expect(Status(reading: trailers)?.code == .notFound)
  }

  @Test
  func `empty trailers have no status`() throws {
    let trailers = try read("") { bytes throws(RPCError) in
      try WebTrailers.read(bytes, sizeMax: 1000)
    }

    #expect(Status(reading: trailers) == nil)
  }

  @Test(arguments: ["grpc-status", ": 5", "a: b\r\nc\r\n"])
  func `a line without a name is an error`(block: String) {
    #expect(code { try read(block) { try WebTrailers.read($0, sizeMax: 1000) } } == .internal)
  }

  @Test
  func `trailers have a limit`() {
    let block = "a: 1\r\nb: 2\r\n"

    #expect(code { try read(block) { try WebTrailers.read($0, sizeMax: 68) } } == .ok)
    #expect(
      code { try read(block) { try WebTrailers.read($0, sizeMax: 67) } } == .resourceExhausted)
  }

  @Test
  func `text mode is read wherever it is cut`() throws {
    // Chunks of one, two, three and four bytes, each padded for itself.
    let body = Array("Zg==Zm8=Zm9vZm9vYg==".utf8)

    for size in 1...body.count {
      var decoder = Base64StreamDecoder()
      var output = ByteQueue()
      for start in stride(from: 0, to: body.count, by: size) {
        let part = Array(body[start..<min(start + size, body.count)])
        try read(part) { bytes throws(RPCError) in try decoder.decode(bytes, into: &output) }
      }
      try decoder.finish()
      #expect(text(output) == "ffofoofoob")
    }
  }

  @Test(arguments: ["Z", "Zg", "Zm8", "Zg="])
  func `text mode may not end inside a group`(body: String) throws {
    var decoder = Base64StreamDecoder()
    var output = ByteQueue()
    try read(body) { bytes throws(RPCError) in try decoder.decode(bytes, into: &output) }

    #expect(code { try decoder.finish() } == .internal)
  }

  @Test(arguments: ["=", "Z=", "Zg=a", "Zg===", "Zm9v=", "Zm 8=", "Zm9v\n", "Zm-_"])
  func `text mode takes nothing but base64`(body: String) {
    var decoder = Base64StreamDecoder()
    var output = ByteQueue()

    #expect(code { try read(body) { try decoder.decode($0, into: &output) } } == .internal)
  }

  @Test
  func `random chunks come back in text mode`() throws {
    var random = SplitMix(state: 4)
    var expected: [UInt8] = []
    var body = ByteQueue()
    for _ in 0..<200 {
      let chunk = random.bytes(upTo: 20)
      expected += chunk
      read(chunk) { body.appendBase64($0) }
    }
    var decoder = Base64StreamDecoder()
    var output = ByteQueue()
    while !body.isEmpty {
      let part = body.take(min(body.count, Int.random(in: 1...9, using: &random)))
      try read(part) { bytes throws(RPCError) in try decoder.decode(bytes, into: &output) }
    }
    try decoder.finish()

    #expect(array(output) == expected)
  }
}
