internal import Buffers
internal import RPC
internal import RPCWire
internal import Testing

@Suite
struct EnvelopeTests {
  let deframer = Deframer(.compressed, lengthMax: 1000)

  @Test
  func `a message is framed by its flags and its length`() throws {
    let bytes = try appended { try $0.appendMessage(.compressed) { $0.append("hello") } }

    #expect(bytes == [1, 0, 0, 0, 5] + Array("hello".utf8))
  }

  @Test
  func `a length uses all four bytes`() throws {
    let bytes = try appended {
      try $0.appendMessage { $0.append([UInt8](repeating: 0, count: 0x010203)) }
    }

    #expect(bytes.prefix(5) == [0, 0, 1, 2, 3])
  }

  @Test
  func `a message that cannot be encoded leaves nothing behind`() {
    var output = queue([9])

    let code = code {
      try output.appendMessage { output in
        output.append("half")
        throw RPCError(.internal, "no")
      }
    }

    #expect(code == .internal)
    #expect(array(output) == [9])
  }

  @Test
  func `messages are found wherever the body is cut`() throws {
    let messages: [[UInt8]] = [Array("first".utf8), [], Array("third".utf8)]
    let body = try appended { body in
      for message in messages { try body.appendMessage { $0.append(message) } }
    }

    for size in 1...body.count {
      var received = ByteQueue()
      var found: [[UInt8]] = []
      for start in stride(from: 0, to: body.count, by: size) {
        received.append(Array(body[start..<min(start + size, body.count)]))
        while let envelope = try deframer.next(in: received) {
          found.append(Array(received.take(envelope.totalCount).dropFirst(Envelope.byteCount)))
        }
      }
      try deframer.finish(received)
      #expect(found == messages)
    }
  }

  @Test
  func `a message above the limit is refused before it arrives`() throws {
    let large = queue([0, 0, 0, 0x03, 0xE9])
    let huge = queue([0, 0xFF, 0xFF, 0xFF, 0xFF])
    let largest = queue([0, 0, 0, 0x03, 0xE8])

    #expect(code { try deframer.next(in: large) } == .resourceExhausted)
    #expect(code { try deframer.next(in: huge) } == .resourceExhausted)
    #expect(try deframer.next(in: largest) == nil)
  }

  @Test(arguments: [0x02, 0x04, 0x40, 0x80, 0xFF] as [UInt8])
  func `a reserved flag is an error`(flag: UInt8) {
    let body = queue([flag, 0, 0, 0, 0])

    #expect(code { try deframer.next(in: body) } == .internal)
  }

  @Test
  func `each protocol has its own flags in responses`() throws {
    let endStream = queue([3, 0, 0, 0, 0])
    let trailers = queue([0x81, 0, 0, 0, 0])
    let connect = Deframer(WireProtocol.connectStream.responseFlags, lengthMax: 10)
    let web = Deframer(WireProtocol.grpcWeb.responseFlags, lengthMax: 10)

    #expect(try connect.next(in: endStream)?.flags == [.compressed, .endStream])
    #expect(try web.next(in: trailers)?.flags == [.compressed, .trailers])
    #expect(code { try connect.next(in: trailers) } == .internal)
    #expect(code { try web.next(in: endStream) } == .internal)
  }

  @Test(arguments: 1...6)
  func `a body that ends inside a message is an error`(count: Int) {
    let body = queue(Array([0, 0, 0, 0, 2, 7, 7].prefix(count)))

    #expect(code { try deframer.finish(body) } == .internal)
  }

  @Test
  func `a compressed message needs a compression`() throws {
    let plain = Envelope([], length: 3)
    let compressed = Envelope(.compressed, length: 3)

    #expect(try plain.compression(declared: .gzip) == .identity)
    #expect(try compressed.compression(declared: .gzip) == .gzip)
    #expect(code { try compressed.compression(declared: .identity) } == .internal)
  }
}
