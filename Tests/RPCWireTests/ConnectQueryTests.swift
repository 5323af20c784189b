internal import RPC
internal import RPCWire
internal import Testing

@Suite
struct ConnectQueryTests {
  func parse(_ query: String, requiresVersion: Bool = false) throws -> ConnectQuery {
    try read(query) { bytes throws(ConnectQuery.Refusal) in
      try ConnectQuery(reading: bytes, requiresVersion: requiresVersion)
    }
  }

  /// The code of a refusal; nil for an unknown codec.
  func refusal(_ query: String, requiresVersion: Bool = false) -> Status.Code? {
    do {
      _ = try parse(query, requiresVersion: requiresVersion)
      return .ok
    } catch ConnectQuery.Refusal.failed(let error) {
      return error.code
    } catch {
      return nil
    }
  }

  @Test(arguments: [
    "connect=v1&encoding=json&message=%7B%22a%22%3A+1%7D",
    "message=%7b%22a%22%3a%201%7d&encoding=json", "encoding=json&message={\"a\":%201}",
    "connect=v1&encoding=json&base64=1&message=eyJhIjogMX0",
    "base64=1&encoding=json&message=eyJhIjogMX0%3D", "encoding=json&base64=1&message=eyJhIjogMX0=",
    "encoding=json&message=%7B%22a%22%3A+1%7D&message=second&x=y&&z",
    "encod%69ng=json&compression=&base64=0&message=%7B%22a%22%3A+1%7D",
  ])
  func `a query is read in many spellings`(query: String) throws {
    #expect(try parse(query) == ConnectQuery(.json, Array(#"{"a": 1}"#.utf8)))
  }

  @Test
  func `a compressed message is named and not touched`() throws {
    let query = try parse("encoding=proto&compression=gzip&base64=1&message=-_8")

    #expect(query == ConnectQuery(.proto, [0xFB, 0xFF], compression: .gzip))
  }

  @Test
  func `an empty message is a message`() throws {
    #expect(try parse("encoding=proto&message=") == ConnectQuery(.proto, []))
    #expect(try parse("encoding=proto&message&base64=1") == ConnectQuery(.proto, []))
  }

  @Test(
    arguments: [
      ("", .invalidArgument), ("encoding=json", .invalidArgument), ("message=x", .invalidArgument),
      ("encoding=json&message=%", .invalidArgument), ("encoding=json&message=%4", .invalidArgument),
      ("encoding=json&message=%zz", .invalidArgument),
      ("%=1&encoding=json&message=", .invalidArgument),
      ("encoding=json&base64=1&message=?", .invalidArgument),
      ("encoding=json&base64=1&message=%2B%2F8", .invalidArgument),
      ("connect=v2&encoding=json&message=x", .invalidArgument),
      ("connect=&encoding=json&message=x", .invalidArgument),
      ("encoding=json&compression=br&message=x", .unimplemented),
      ("encoding=xml&message=x", nil), ("encoding=&message=x", nil),
    ] as [(String, Status.Code?)])
  func `a bad query is refused`(query: String, code: Status.Code?) {
    #expect(refusal(query) == code)
  }

  @Test
  func `a server may insist on the version`() {
    let query = "encoding=json&message=x"

    #expect(refusal(query, requiresVersion: true) == .invalidArgument)
    #expect(refusal("connect=v1&" + query, requiresVersion: true) == .ok)
  }

  @Test
  func `JSON travels as text and everything else as base64`() {
    #expect(
      ConnectQuery(.json, Array(#"{"é": 1}"#.utf8)).text
        == "connect=v1&encoding=json&message=%7B%22%C3%A9%22%3A%201%7D")
    #expect(
      ConnectQuery(.proto, [0xFB, 0xFF]).text
        == "connect=v1&base64=1&encoding=proto&message=-_8")
    #expect(
      ConnectQuery(.json, [0x66], compression: .zstd).text
        == "connect=v1&base64=1&compression=zstd&encoding=json&message=Zg")
  }

  @Test
  func `random requests come back`() throws {
    var random = SplitMix(state: 8)
    for round in 0..<300 {
      let query = ConnectQuery(
        Codec.allCases[round % 2], random.bytes(upTo: 60),
        compression: Compression.allCases[round % 4])
      #expect(try parse(query.text, requiresVersion: true) == query)
    }
  }
}
