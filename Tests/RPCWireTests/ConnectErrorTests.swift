internal import Buffers
internal import HTTP
internal import RPC
internal import RPCWire
internal import SwiftProtobuf
internal import Testing

@Suite
struct ConnectErrorTests {
  func read(_ body: String, httpStatus: Int) -> Status {
    RPCWireTests.read(body) { ConnectError.read($0, httpStatus: httpStatus) }
  }

  @Test
  func `an error is a code, a message and details`() {
    let status = Status(.notFound, "no \"\\\n\u{1}☺", details: [.reason("GONE", domain: "d")])

    let json = String(decoding: appended { ConnectError.append(status, to: &$0) }, as: UTF8.self)

    #expect(
      json == #"{"code":"not_found","message":"no \"\\\n\u0001☺","details":"#
        + #"[{"type":"google.rpc.ErrorInfo","value":"CgRHT05FEgFk"}]}"#)
    #expect(read(json, httpStatus: 500) == status)
  }

  @Test
  func `every code has its name and its HTTP status`() {
    let expected: [(Status.Code, String, Int)] = [
      (.cancelled, "canceled", 499), (.unknown, "unknown", 500),
      (.invalidArgument, "invalid_argument", 400), (.deadlineExceeded, "deadline_exceeded", 504),
      (.notFound, "not_found", 404), (.alreadyExists, "already_exists", 409),
      (.permissionDenied, "permission_denied", 403),
      (.resourceExhausted, "resource_exhausted", 429),
      (.failedPrecondition, "failed_precondition", 400), (.aborted, "aborted", 409),
      (.outOfRange, "out_of_range", 400), (.unimplemented, "unimplemented", 501),
      (.internal, "internal", 500), (.unavailable, "unavailable", 503),
      (.dataLoss, "data_loss", 500), (.unauthenticated, "unauthenticated", 401),
    ]
    for (code, name, http) in expected {
      #expect(code.connectName == name)
      #expect(code.httpStatus == http)
      #expect(Status.Code(connectName: name) == code)
      let json = appended { ConnectError.append(Status(code), to: &$0) }
      #expect(String(decoding: json, as: UTF8.self) == #"{"code":"\#(name)"}"#)
    }
    #expect(expected.count == Status.Code.allCases.count - 1)
    #expect(Status.Code(connectName: "ok") == nil)
    #expect(Status.Code(connectName: "cancelled") == nil)
  }

  @Test(
    arguments: [
      (#"{"message":"oops"}"#, "oops"), (#"{"code":null,"message":"oops"}"#, "oops"),
      (#"{"code":"foobar","message":"oops"}"#, "oops"), (#"{"code":16,"message":"oops"}"#, "oops"),
      (#"{"code":"ok","message":"oops"}"#, "oops"), (#"{"message":{}}"#, ""), ("{}", ""),
      ("null", nil), ("", nil), ("<html>", nil), ("[]", nil), ("\"x\"", nil), ("{\"code\":", nil),
      ("\u{0}", nil),
    ] as [(String, String?)])
  func `without a known code the HTTP status counts`(body: String, message: String?) {
    let status = read(body, httpStatus: 401)

    #expect(status.code == .unauthenticated)
    #expect(status.message == message ?? "the response has HTTP status 401")
  }

  @Test
  func `unknown members are skipped`() {
    let status = read(
      #"""
      {"code": "out_of_range", "x": [1, {"y": null}], "details": [
        {"type": "google.rpc.ErrorInfo", "value": "CgRHT05FEgFk", "debug": {"reason": 1}, "z": 1},
        {"type": "google.rpc.ErrorInfo", "value": "?"}, {"type": "a.B"}, {"value": ""}, 7, null,
        {"type": "a.B", "value": "Zg=="}]}
      """#, httpStatus: 422)

    #expect(status.code == .outOfRange)
    let details = status.details.map(\.any)
    #expect(
      details.map(\.typeURL) == ["google.rpc.ErrorInfo", "a.B"].map { "type.googleapis.com/\($0)" })
    #expect(details.map { Array($0.value) }.last == [0x66])
    #expect(status.details.first == .reason("GONE", domain: "d"))
  }

  @Test
  func `deep JSON is only an error`() {
    let deep = String(repeating: "[", count: 100_000)
    #expect(read(deep, httpStatus: 503).code == .unavailable)
    #expect(read(#"{"details":"# + deep, httpStatus: 503).code == .unavailable)
    let closed = deep + String(repeating: "]", count: 100_000)
    #expect(read(#"{"code":"aborted","details":\#(closed)}"#, httpStatus: 503).code != .ok)
  }
}

@Suite
struct EndStreamTests {
  func read(_ message: String, trailersSizeMax: Int = 1000) throws -> EndStream {
    try RPCWireTests.read(message) { bytes throws(RPCError) in
      try EndStream(reading: bytes, trailersSizeMax: trailersSizeMax)
    }
  }

  @Test
  func `success without trailers is an empty object`() throws {
    let json = try appended { try EndStream(.ok).append(to: &$0) }

    #expect(json == Array("{}".utf8))
    #expect(try read("{}") == EndStream(.ok))
  }

  @Test
  func `an error and trailers come back`() throws {
    var trailers: Metadata = ["a": "1"]
    trailers.append([0x66], for: "b-bin")
    trailers.append("2\"", for: "a")
    let end = EndStream(Status(.aborted, "late"), trailers: trailers)

    let json = String(decoding: try appended { try end.append(to: &$0) }, as: UTF8.self)

    #expect(
      json == #"{"error":{"code":"aborted","message":"late"},"#
        + #""metadata":{"a":["1","2\""],"b-bin":["Zg"]}}"#)
    let found = try read(json)
    #expect(found.status == end.status)
    #expect(found.trailers.texts("a") == ["1", "2\""])
    #expect(found.trailers.binaries("b-bin") == [[0x66]])
  }

  @Test
  func `trailers go with success too`() throws {
    let json = try appended { try EndStream(.ok, trailers: ["a": "1"]).append(to: &$0) }

    #expect(String(decoding: json, as: UTF8.self) == #"{"metadata":{"a":["1"]}}"#)
  }

  @Test(
    arguments: [
      (#"{"error": null}"#, .ok), (#"{"metadata": null}"#, .ok), (#"{"x": 1}"#, .ok),
      (#"{"error": {}}"#, .unknown), (#"{"error": {"code": null, "message": "oops"}}"#, .unknown),
      (#"{"error": {"code": "foobar"}}"#, .unknown), (#"{"error": {"code": "aborted"}}"#, .aborted),
    ] as [(String, Status.Code)])
  func `the error decides how the call ended`(message: String, code: Status.Code) throws {
    #expect(try read(message).status.code == code)
  }

  @Test(arguments: [
    "", "null", "[]", "{", #"{"error": 1}"#, #"{"metadata": []}"#, #"{"metadata": {"a": "1"}}"#,
    #"{"metadata": {"a": [1]}}"#, #"{"metadata": {"a-bin": ["?"]}}"#,
  ])
  func `anything else is an error`(message: String) {
    #expect(code { try read(message) } == .internal)
  }

  @Test
  func `trailers have a limit`() {
    let message = #"{"metadata": {"a": ["1"], "b": ["2"]}}"#

    #expect(code { try read(message, trailersSizeMax: 68) } == .ok)
    #expect(code { try read(message, trailersSizeMax: 67) } == .resourceExhausted)
  }

  @Test
  func `trailers that are the protocols' own are skipped`() throws {
    let end = try read(#"{"metadata": {"Content-Type": ["x"], "grpc-status": ["0"], "A": ["1"]}}"#)

    #expect(end.trailers == ["a": "1"])
  }

  @Test
  func `a trailer that may not travel leaves nothing behind`() {
    var output = ByteQueue()
    #expect(throws: Metadata.Malformed.text(name: "a")) {
      try EndStream(.ok, trailers: ["a": "\n"]).append(to: &output)
    }
    #expect(array(output).isEmpty)
  }
}

@Suite
struct ConnectFieldTests {
  @Test
  func `trailers of unary calls are prefixed header fields`() throws {
    var fields = headers(("content-type", "application/proto"), ("a", "1"))
    var sent: Metadata = ["a": "2"]
    sent.append([0x66], for: "b-bin")
    try sent.append(to: &fields, prefix: "trailer-")
    fields.append("trailer-content-type", "x")
    fields.append("trailer-", "x")
    fields.append("trailer", "x")

    let (metadata, trailers) = try Metadata.readUnary(fields)

    #expect(metadata == ["a": "1"])
    #expect(trailers == sent)
  }

  @Test
  func `the protocol version is one, or missing where it may be`() {
    let one = headers(("connect-protocol-version", "1"))
    let two = headers(("connect-protocol-version", "2"))
    let none = HeaderList()

    #expect(code { try ConnectVersion.check(one, isRequired: true) } == .ok)
    #expect(code { try ConnectVersion.check(two) } == .invalidArgument)
    #expect(code { try ConnectVersion.check(none) } == .ok)
    #expect(code { try ConnectVersion.check(none, isRequired: true) } == .invalidArgument)
  }

  @Test
  func `each protocol has its own fields`() throws {
    let names = WireProtocol.allCases.map {
      "\($0.timeoutField) \($0.encodingField) \($0.acceptEncodingField)"
    }
    let grpc = "grpc-timeout grpc-encoding grpc-accept-encoding"

    #expect(
      names == [
        grpc, grpc, grpc, "connect-timeout-ms content-encoding accept-encoding",
        "connect-timeout-ms connect-content-encoding connect-accept-encoding",
      ])
    for wireProtocol in WireProtocol.allCases {
      let text = wireProtocol.timeout(writing: .seconds(3))
      #expect(try read(text) { try wireProtocol.timeout(reading: $0) } == .seconds(3))
    }
  }
}
