internal import HTTP
internal import RPC
internal import RPCWire
internal import Testing

@Suite
struct MetadataTests {
  @Test
  func `what HTTP and the protocols own is no metadata`() throws {
    let fields = headers(
      (":path", "/a/b"), ("host", "a"), ("te", "trailers"), ("content-type", "application/grpc"),
      ("content-length", "1"), ("content-encoding", "gzip"), ("accept-encoding", "gzip"),
      ("connection", "close"), ("keep-alive", "1"), ("proxy-connection", "1"), ("trailer", "x"),
      ("transfer-encoding", "chunked"), ("upgrade", "h2c"), ("http2-settings", ""),
      ("grpc-timeout", "1S"), ("grpc-encoding", "gzip"), ("grpc-status", "0"), ("grpc-message", ""),
      ("grpc-status-details-bin", "***"), ("connect-timeout-ms", "1"), ("", "no name"),
      ("connect-protocol-version", "1"))

    #expect(try Metadata(reading: fields).isEmpty)
  }

  @Test
  func `everything else is metadata, in its order`() throws {
    let fields = headers(
      ("user-agent", "me"), ("x", "1"), ("grpc-retry-pushback-ms", "5"), ("x", "2"),
      ("grpc-previous-rpc-attempts", "1"), ("authorization", "Bearer a,b"), ("tex", "y"),
      ("connector", "z"))

    let metadata = try Metadata(reading: fields)

    #expect(
      metadata.fields.map(\.name) == [
        "user-agent", "x", "grpc-retry-pushback-ms", "x", "grpc-previous-rpc-attempts",
        "authorization", "tex", "connector",
      ])
    #expect(metadata.texts("x") == ["1", "2"])
    #expect(metadata["authorization"] == "Bearer a,b")
  }

  @Test
  func `binary values come padded or not, and several in one field`() throws {
    let fields = headers(("a-bin", "Zg==,Zm8 , Zm9v"), ("a-bin", "Zg"), ("b-bin", ""))

    let metadata = try Metadata(reading: fields)

    #expect(metadata.binaries("a-bin") == ["f", "fo", "foo", "f"].map { Array($0.utf8) })
    #expect(metadata.binaries("b-bin") == [[]])
  }

  @Test
  func `a binary value that is no base64 is an error`() {
    let fields = headers(("a-bin", "Zg==,?"))

    #expect(code { try Metadata(reading: fields) } == .internal)
  }

  @Test
  func `fields are written with bytes unpadded and spaces trimmed`() throws {
    var metadata: Metadata = ["a": " x y ", "b": "   ", "grpc-retry-pushback-ms": "1"]
    metadata.append([0x66], for: "c-bin")
    var fields = HeaderList()

    try metadata.append(to: &fields)
    try metadata.append(to: &fields, prefix: "trailer-")

    #expect(
      lines(fields) == [
        "a: x y", "b: ", "grpc-retry-pushback-ms: 1", "c-bin: Zg",
        "trailer-a: x y", "trailer-b: ", "trailer-grpc-retry-pushback-ms: 1", "trailer-c-bin: Zg",
      ])
  }

  @Test(
    arguments: [
      (["grpc-status": "0"], .reserved(name: "grpc-status")),
      (["content-type": "text/html"], .reserved(name: "content-type")),
      ([":path": "/"], .name(":path")), (["": "x"], .name("")), (["a b": "x"], .name("a b")),
      (["a": "x\r\nb: y"], .text(name: "a")), (["a": "\0"], .text(name: "a")),
      (["a": "é"], .text(name: "a")), (["a-bin": "x"], .kind(name: "a-bin")),
    ] as [(Metadata, Metadata.Malformed)])
  func `what may not travel is refused as a whole`(
    metadata: Metadata, reason: Metadata.Malformed
  ) {
    var all: Metadata = ["good": "1"]
    all.append(contentsOf: metadata)
    var fields = HeaderList()

    #expect(throws: reason) { try all.append(to: &fields) }
    #expect(lines(fields).isEmpty)
  }

  @Test
  func `metadata comes back as it was`() throws {
    var random = SplitMix(state: 3)
    var metadata = Metadata()
    for index in 0..<200 {
      metadata.append(random.bytes(upTo: 40), for: "m\(index % 7)-bin")
      metadata.append("value \(index)", for: "m\(index % 5)")
    }
    var fields = HeaderList()
    try metadata.append(to: &fields)

    #expect(try Metadata(reading: fields) == metadata)
  }
}
