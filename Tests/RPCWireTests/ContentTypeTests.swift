internal import RPC
internal import RPCWire
internal import Testing

@Suite
struct ContentTypeTests {
  @Test(
    arguments: [
      ("application/grpc", .grpc, .proto), ("application/grpc+proto", .grpc, .proto),
      ("application/grpc+json", .grpc, .json), ("application/grpc;charset=utf-8", .grpc, .proto),
      ("Application/GRPC+Proto", .grpc, .proto), ("application/grpc-web", .grpcWeb, .proto),
      ("application/grpc-web+json", .grpcWeb, .json),
      ("application/grpc-web-text", .grpcWebText, .proto),
      ("application/grpc-web-text+proto", .grpcWebText, .proto),
      ("application/connect+proto", .connectStream, .proto),
      ("application/connect+json; charset=utf-8", .connectStream, .json),
      ("application/proto", .connectUnary, .proto), ("application/json", .connectUnary, .json),
      ("application/json ; charset=\"utf-8\"", .connectUnary, .json),
    ] as [(String, WireProtocol, Codec)])
  func `a content type names a protocol and a codec`(
    text: String, wireProtocol: WireProtocol, codec: Codec
  ) throws {
    let contentType = try read(text) { value throws(ContentType.Refusal) in
      try ContentType(reading: value)
    }
    #expect(contentType == ContentType(wireProtocol, codec))
  }

  @Test(
    arguments: [
      ("", .unknownProtocol), ("text/html", .unknownProtocol), ("application/", .unknownProtocol),
      ("application/grpcx", .unknownProtocol), ("application/connect", .unknownProtocol),
      ("application/xml", .unknownProtocol), ("application/grpc+thrift", .unknownCodec(.grpc)),
      ("application/grpc+", .unknownCodec(.grpc)),
      ("application/grpc+proto+json", .unknownCodec(.grpc)),
      ("application/connect+xml", .unknownCodec(.connectStream)), (";", .unknownProtocol),
    ] as [(String, ContentType.Refusal)])
  func `anything else is refused`(text: String, reason: ContentType.Refusal) {
    #expect(throws: reason) { try read(text) { try ContentType(reading: $0) } }
  }

  @Test
  func `what is written is read`() throws {
    for wireProtocol in WireProtocol.allCases {
      for codec in Codec.allCases {
        let contentType = ContentType(wireProtocol, codec)
        let text = String(describing: contentType.value)
        #expect(try read(text) { try ContentType(reading: $0) } == contentType)
      }
    }
  }
}
