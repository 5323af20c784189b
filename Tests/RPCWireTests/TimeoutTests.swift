internal import RPC
internal import RPCWire
internal import Testing

@Suite
struct TimeoutTests {
  @Test(
    arguments: [
      ("1H", .seconds(3600)), ("2M", .seconds(120)), ("3S", .seconds(3)), ("4m", .milliseconds(4)),
      ("5u", .microseconds(5)), ("6n", .nanoseconds(6)), ("0S", .zero),
      ("99999999H", .seconds(359_999_996_400)), ("00000001S", .seconds(1)),
    ] as [(String, Duration)])
  func `a gRPC timeout is read`(text: String, duration: Duration) throws {
    #expect(
      try read(text) { value throws(RPCError) in try Duration(grpcTimeout: value) } == duration)
  }

  @Test(arguments: [
    "", "S", "1", "1s", "1h", "123456789S", "-1S", "+1S", "1.5S", " 1S", "1S ", "1 S", "1SS", "٣S",
  ])
  func `anything else is no gRPC timeout`(text: String) {
    #expect(code { try read(text) { value in try Duration(grpcTimeout: value) } } == .internal)
  }

  @Test(
    arguments: [
      (.nanoseconds(1), "1n"), (.nanoseconds(99_999_999), "99999999n"),
      (.nanoseconds(100_000_000), "100000u"), (.nanoseconds(100_000_001), "100001u"),
      (.seconds(5), "5000000u"), (.seconds(100), "100000m"), (.seconds(100_000), "100000S"),
      (.seconds(100_000_000), "1666667M"), (.seconds(6_000_000_000), "1666667H"),
      (.seconds(Int64.max), "99999999H"), (.zero, "1n"), (.seconds(-3), "1n"),
    ] as [(Duration, String)])
  func `a gRPC timeout is written as finely as it fits`(duration: Duration, text: String) {
    #expect(duration.grpcTimeout == text)
  }

  @Test
  func `a timeout that was written is never shorter`() throws {
    var random = SplitMix(state: 1)
    for _ in 0..<2000 {
      let exponent = Int64.random(in: 0...62, using: &random)
      let duration = Duration.nanoseconds(Int64.random(in: 1...(1 << exponent), using: &random))
      let grpc = try read(duration.grpcTimeout) { try Duration(grpcTimeout: $0) }
      #expect(grpc >= duration && grpc.attoseconds <= duration.attoseconds * 3)
      guard duration <= .milliseconds(9_999_999_999) else { continue }
      let connect = try read(duration.connectTimeout) { try Duration(connectTimeout: $0) }
      #expect(connect >= duration && connect - duration < .milliseconds(1))
    }
  }

  @Test(arguments: [("0", 0), ("1", 1), ("9999999999", 9_999_999_999)] as [(String, Int64)])
  func `a Connect timeout is read`(text: String, milliseconds: Int64) throws {
    let duration = try read(text) { try Duration(connectTimeout: $0) }
    #expect(duration == .milliseconds(milliseconds))
  }

  @Test(arguments: ["", "12345678901", "-1", "1.0", "1ms", " 1"])
  func `anything else is no Connect timeout`(text: String) {
    #expect(code { try read(text) { try Duration(connectTimeout: $0) } } == .invalidArgument)
  }

  @Test
  func `a Connect timeout is capped at ten digits`() {
    #expect(Duration.seconds(Int64.max).connectTimeout == "9999999999")
    #expect(Duration.zero.connectTimeout == "1")
  }
}
