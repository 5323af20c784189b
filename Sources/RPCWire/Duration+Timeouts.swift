package import RPC

extension Duration {
  /// Reads `grpc-timeout`: one to eight digits and a unit.
  package init(grpcTimeout value: RawSpan) throws(RPCError) {
    let digits = value.byteCount - 1
    guard digits >= 1, let number = value.extracting(first: digits).decimal(digitsMax: 8) else {
      throw RPCError(.internal, "grpc-timeout is not one to eight digits and a unit")
    }
    switch value[digits] {
    case UInt8(ascii: "n"): self = .nanoseconds(number)
    case UInt8(ascii: "u"): self = .microseconds(number)
    case UInt8(ascii: "m"): self = .milliseconds(number)
    case UInt8(ascii: "S"): self = .seconds(number)
    case UInt8(ascii: "M"): self = .seconds(number * 60)
    case UInt8(ascii: "H"): self = .seconds(number * 3600)
    default: throw RPCError(.internal, "grpc-timeout has no unit of H, M, S, m, u or n")
    }
  }

  /// The value for `grpc-timeout`: the finest unit that needs no more than eight digits, rounded up
  /// so that the peer does not give up before this side. The protocol has no zero.
  package var grpcTimeout: String {
    let units: [(name: String, size: Duration)] = [
      ("n", .nanoseconds(1)), ("u", .microseconds(1)), ("m", .milliseconds(1)), ("S", .seconds(1)),
      ("M", .seconds(60)), ("H", .seconds(3600)),
    ]
    for unit in units {
      let number = max(1, roundedUp(to: unit.size))
      if number <= 99_999_999 { return "\(number)\(unit.name)" }
    }
    return "99999999H"
  }

  /// Reads `connect-timeout-ms`: one to ten digits.
  package init(connectTimeout value: RawSpan) throws(RPCError) {
    guard let number = value.decimal(digitsMax: 10) else {
      throw RPCError(.invalidArgument, "connect-timeout-ms is not one to ten digits")
    }
    self = .milliseconds(number)
  }

  /// The value for `connect-timeout-ms`, rounded up.
  package var connectTimeout: String {
    "\(min(max(1, roundedUp(to: .milliseconds(1))), 9_999_999_999))"
  }

  private func roundedUp(to unit: Duration) -> Int128 {
    let (quotient, remainder) = attoseconds.quotientAndRemainder(dividingBy: unit.attoseconds)
    return remainder > 0 ? quotient + 1 : quotient
  }
}
