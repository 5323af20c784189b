internal import Buffers
internal import HTTP

/// A request line and its header fields, checked, as an exchange will see them.
struct RequestHead: ~Copyable {
  /// Pseudo fields first, as over HTTP/2; what concerns only the connection is left out.
  var headers = HeaderList()
  var expectsContinue = false
  /// The protocol to switch to, if the client asks for one that we may switch to.
  var upgrade: String?

  init(_ parser: Parser, scheme: String) throws(HTTP1Error) {
    guard !parser.isConnect else { throw .unknownMethod }
    let host = try Self.host(in: parser)
    headers.append(":method", parser.methodName)
    try parser.target.withBytes { (target) throws(HTTP1Error) in
      try appendTarget(target, host, isOptions: parser.isOptions)
    }
    headers.append(":scheme", scheme)
    for index in 0..<parser.fields.count {
      try parser.fields.withField(at: index) { (name, value) throws(HTTP1Error) in
        if name.equals("expect") { try readExpectation(value, isHTTP10: parser.isHTTP10) }
        if !name.isAboutConnection { headers.append(name, value) }
      }
    }
    if parser.asksForUpgrade, !parser.isHTTP10, parser.isSafe, parser.isComplete {
      upgrade = parser.fields.first("upgrade")
      // Clear text HTTP/2 by upgrade has been withdrawn (RFC 9113 section 3.1).
      if upgrade?.lowercased() == "h2c" { upgrade = nil }
    }
  }

  private mutating func readExpectation(_ value: RawSpan, isHTTP10: Bool) throws(HTTP1Error) {
    guard value.equalsIgnoringCase("100-continue") else { throw .unsupportedExpectation }
    expectsContinue = !isHTTP10
  }

  private static func host(in parser: Parser) throws(HTTP1Error) -> String? {
    var host: String?
    for index in 0..<parser.fields.count {
      try parser.fields.withField(at: index) { (name, value) throws(HTTP1Error) in
        guard name.equals("host") else { return }
        guard host == nil, value.isHost else { throw .badHost }
        host = value.string
      }
    }
    guard host != nil || parser.isHTTP10 else { throw .badHost }
    return host
  }

  private mutating func appendTarget(
    _ target: RawSpan, _ host: String?, isOptions: Bool
  ) throws(HTTP1Error) {
    guard !target.contains(UInt8(ascii: "#")) else { throw .badTarget }
    if target.byte(at: 0) == UInt8(ascii: "/") || (isOptions && target.equals("*")) {
      headers.append(":path", target.string)
      headers.append(":authority", host ?? "")
      return
    }
    try appendAbsolute(target)
  }

  /// A target in absolute form, as proxies get it, is worth more than the host field
  /// (RFC 9112 section 3.2.2).
  private mutating func appendAbsolute(_ target: RawSpan) throws(HTTP1Error) {
    let start: Int
    if target.hasPrefixIgnoringCase("http://") {
      start = 7
    } else if target.hasPrefixIgnoringCase("https://") {
      start = 8
    } else {
      throw .badTarget
    }
    var pathStart = start
    while pathStart < target.byteCount, target.byte(at: pathStart) != UInt8(ascii: "/"),
      target.byte(at: pathStart) != UInt8(ascii: "?")
    { pathStart += 1 }
    let authority = target.extracting(start..<pathStart)
    guard authority.isHost else { throw .badTarget }
    let path = target.extracting(pathStart...).string
    headers.append(":path", path.hasPrefix("/") ? path : "/" + path)
    headers.append(":authority", authority.string)
  }
}

extension RawSpan {
  /// Whether it is the name of a field that the next hop has no business with
  /// (RFC 9113 section 8.2.2), or that became a pseudo field.
  var isAboutConnection: Bool {
    switch byteCount {
    case 4: equals("host")
    case 7: equals("upgrade")
    case 10: equals("connection") || equals("keep-alive")
    case 14: equals("http2-settings")
    case 16: equals("proxy-connection")
    case 17: equals("transfer-encoding")
    default: false
    }
  }

  /// Whether it may name a host, with or without a port (RFC 3986 section 3.2, no user name).
  var isHost: Bool {
    guard !isEmpty else { return false }
    for index in 0..<byteCount {
      switch byte(at: index) {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: ":"), UInt8(ascii: "["),
        UInt8(ascii: "]"), UInt8(ascii: "%"):
        continue
      default:
        return false
      }
    }
    return true
  }
}
