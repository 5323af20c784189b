internal import HTTP
package import RPC

/// What a body is: a protocol and a codec.
package struct ContentType: Hashable, Sendable {
  package var wireProtocol: WireProtocol
  package var codec: Codec

  package init(_ wireProtocol: WireProtocol, _ codec: Codec) {
    self.wireProtocol = wireProtocol
    self.codec = codec
  }

  /// Why a body cannot be read. A server answers both with HTTP status 415.
  package enum Refusal: Error, Hashable {
    case unknownProtocol
    case unknownCodec(WireProtocol)
  }

  /// Reads a `content-type`. Parameters such as a character set mean nothing here and are skipped.
  package init(reading value: RawSpan) throws(Refusal) {
    // What nearly every call has needs no string.
    if value.equals("application/grpc") || value.equals("application/grpc+proto") {
      self.init(.grpc, .proto)
      return
    }
    let type = value.string.lowercased().prefix { $0 != ";" }
    let name = type.reversed().drop { $0 == " " || $0 == "\t" }.reversed()
    try self.init(mediaType: String(name))
  }

  private init(mediaType: String) throws(Refusal) {
    guard mediaType.hasPrefix("application/") else { throw .unknownProtocol }
    let subtype = mediaType.dropFirst("application/".count)
    if let codec = Codec(rawValue: String(subtype)) {
      self.init(.connectUnary, codec)
      return
    }
    let parts = subtype.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
    let wireProtocol: WireProtocol
    switch parts[0] {
    case "grpc": wireProtocol = .grpc
    case "grpc-web": wireProtocol = .grpcWeb
    case "grpc-web-text": wireProtocol = .grpcWebText
    case "connect" where parts.count == 2: wireProtocol = .connectStream
    default: throw .unknownProtocol
    }
    guard parts.count == 2 else {
      self.init(wireProtocol, .proto)
      return
    }
    guard let codec = Codec(rawValue: String(parts[1])) else { throw .unknownCodec(wireProtocol) }
    self.init(wireProtocol, codec)
  }

  /// The value of the header field.
  package var value: StaticString {
    switch (wireProtocol, codec) {
    case (.grpc, .proto): "application/grpc"
    case (.grpc, .json): "application/grpc+json"
    case (.grpcWeb, .proto): "application/grpc-web+proto"
    case (.grpcWeb, .json): "application/grpc-web+json"
    case (.grpcWebText, .proto): "application/grpc-web-text+proto"
    case (.grpcWebText, .json): "application/grpc-web-text+json"
    case (.connectUnary, .proto): "application/proto"
    case (.connectUnary, .json): "application/json"
    case (.connectStream, .proto): "application/connect+proto"
    case (.connectStream, .json): "application/connect+json"
    }
  }
}
