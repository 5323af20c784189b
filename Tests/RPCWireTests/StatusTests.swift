internal import HTTP
internal import RPC
internal import RPCWire
internal import Testing

@Suite
struct StatusTests {
  @Test
  func `success is one field`() {
    var trailers = HeaderList()
    Status(.ok, "ignored").append(to: &trailers)

    #expect(lines(trailers) == ["grpc-status: 0"])
    #expect(Status(reading: trailers) == .ok)
  }

  @Test
  func `a status with details comes back`() {
    let status = Status(
      .notFound, "no ☺", details: [.reason("GONE", domain: "test"), .badField("a.b", "odd")])
    var trailers = HeaderList()
    status.append(to: &trailers)

    #expect(lines(trailers).prefix(2) == ["grpc-status: 5", "grpc-message: no %E2%98%BA"])
    #expect(!lines(trailers)[2].contains("="))
    #expect(Status(reading: trailers) == status)
  }

  @Test
  func `every code comes back`() {
    for code in Status.Code.allCases {
      var trailers = HeaderList()
      Status(code).append(to: &trailers)
      #expect(Status(reading: trailers) == Status(code))
    }
  }

  @Test
  func `a missing status is told apart from a bad one`() {
    let missing = headers(("grpc-message", "x"))
    #expect(Status(reading: missing) == nil)
    for text in ["", "x", "-1", "+1", "1 ", "99999999999999999999"] {
      let bad = headers(("grpc-status", text))
      #expect(Status(reading: bad)?.code == .unknown)
    }
    let unknown = headers(("grpc-status", "17"), ("grpc-message", "new%21"))
    #expect(Status(reading: unknown) == Status(.unknown, "new!"))
  }

  @Test(arguments: ["***", "Zm9v", ""])
  func `details that cannot be read do not hide the status`(details: String) {
    let trailers = headers(("grpc-status", "3"), ("grpc-status-details-bin", details))

    #expect(Status(reading: trailers) == Status(.invalidArgument))
  }

  @Test(
    arguments: [
      (400, .internal), (401, .unauthenticated), (403, .permissionDenied), (404, .unimplemented),
      (429, .unavailable), (502, .unavailable), (503, .unavailable), (504, .unavailable),
      (200, .unknown), (409, .unknown), (415, .unknown), (431, .unknown), (500, .unknown),
      (505, .unknown),
    ] as [(Int, Status.Code)])
  func `an HTTP status stands in for a missing one`(http: Int, code: Status.Code) {
    #expect(Status.Code(httpStatus: http) == code)
  }

  @Test
  func `each HTTP2 error code has a meaning`() {
    let codes = (0...13).map { Status.Code(http2Code: $0) }

    #expect(
      codes == [
        .internal, .internal, .internal, .internal, .internal, .internal, .internal, .unavailable,
        .cancelled, .internal, .internal, .resourceExhausted, .permissionDenied, .unknown,
      ])
    #expect(Status.Code(http2Code: .max) == .unknown)
  }
}
