package import HTTP
package import RPC

extension Metadata {
  /// Reads the fields that belong to the caller, not to HTTP or to a protocol.
  package init(reading fields: borrowing HeaderList) throws(RPCError) {
    self.init()
    for index in 0..<fields.count {
      try fields.withField(at: index) { (name, value) throws(RPCError) in
        guard !Self.isReserved(name) else { return }
        try append(name, value)
      }
    }
  }

  /// Checks that a field whose name ends in `-bin` can be read.
  package static func check(_ name: RawSpan, _ value: RawSpan) throws(RPCError) {
    var metadata = Metadata()
    try metadata.append(name, value)
  }

  /// Appends the value or, joined by commas, the values that one field holds.
  mutating func append(_ name: RawSpan, _ value: RawSpan) throws(RPCError) {
    let text = name.string
    guard name.ends(with: "-bin") else {
      append(value.string, for: text)
      return
    }
    try value.forEachPart(separatedBy: UInt8(ascii: ",")) { (part) throws(RPCError) in
      guard let bytes = Base64.decode(part) else {
        throw RPCError(.internal, "the metadata \(text) is not base64")
      }
      append(bytes, for: text)
    }
  }

  /// Appends everything as header fields, with `prefix` in front of their names. When something
  /// may not travel, nothing is appended.
  package func append(
    to fields: inout HeaderList, prefix: String = ""
  ) throws(Metadata.Malformed) {
    try checkSendable()
    for field in self.fields {
      let name = prefix.isEmpty ? field.name : prefix + field.name
      switch field.value {
      case .text(let text): fields.append(name, text.withoutOuterSpaces)
      case .binary(let bytes): unsafe fields.append(name, Base64.encode(bytes.span.bytes))
      }
    }
  }
}

extension Metadata {
  /// Checks that every field may travel.
  ///
  /// The protocols' own fields would change what the message means, and a line break would be a
  /// field of its own on HTTP/1.1. Unlike ``validate()`` this lets pass what the core adds itself.
  package func checkSendable() throws(Malformed) {
    for field in fields { try field.checkSendable() }
  }

  /// Whether the field is HTTP's own or a protocol's, and no metadata of a call.
  package static func isReserved(_ name: RawSpan) -> Bool {
    guard !name.isEmpty else { return true }
    switch name[0] {
    case UInt8(ascii: ":"): return true
    case UInt8(ascii: "a"): return name.equals("accept-encoding")
    case UInt8(ascii: "c"):
      return name.starts(with: "connect-") || name.equals("connection")
        || name.equals("content-type") || name.equals("content-length")
        || name.equals("content-encoding")
    case UInt8(ascii: "g"): return name.starts(with: "grpc-") && !isReadByCore(name)
    case UInt8(ascii: "h"): return name.equals("host") || name.equals("http2-settings")
    case UInt8(ascii: "k"): return name.equals("keep-alive")
    case UInt8(ascii: "p"): return name.equals("proxy-connection")
    case UInt8(ascii: "t"):
      return name.equals("te") || name.equals("trailer") || name.equals("transfer-encoding")
    case UInt8(ascii: "u"): return name.equals("upgrade")
    default: return false
    }
  }

  /// Retries (gRFC A6) are decided above the wire.
  private static func isReadByCore(_ name: RawSpan) -> Bool {
    name.equals("grpc-retry-pushback-ms") || name.equals("grpc-previous-rpc-attempts")
  }
}

extension Metadata.Field {
  fileprivate func checkSendable() throws(Metadata.Malformed) {
    let bytes = unsafe name.utf8.span.bytes
    for offset in bytes.byteOffsets where !bytes[offset].isMetadataName { throw .name(name) }
    guard !bytes.isEmpty else { throw .name(name) }
    guard !Metadata.isReserved(bytes) else { throw .reserved(name: name) }
    switch value {
    case .text(let text):
      guard !bytes.ends(with: "-bin") else { throw .kind(name: name) }
      guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 <= 0x7E }) else { throw .text(name: name) }
    case .binary:
      guard bytes.ends(with: "-bin") else { throw .kind(name: name) }
    }
  }
}

extension UInt8 {
  fileprivate var isMetadataName: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
      true
    default: false
    }
  }
}

extension String {
  /// HTTP forbids spaces at the ends of a value (RFC 9113 section 8.2.1).
  fileprivate var withoutOuterSpaces: String {
    guard utf8.first == UInt8(ascii: " ") || utf8.last == UInt8(ascii: " ") else { return self }
    let start = drop { $0 == " " }
    guard let last = start.lastIndex(where: { $0 != " " }) else { return "" }
    return String(start[...last])
  }
}
