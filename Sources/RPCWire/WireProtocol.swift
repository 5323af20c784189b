package import RPC

/// How calls become requests and responses of HTTP.
package enum WireProtocol: Hashable, Sendable, CaseIterable {
  case grpc
  case grpcWeb
  /// gRPC-Web with a body in base64.
  case grpcWebText
  /// Connect for unary calls: the body is the message.
  case connectUnary
  /// Connect for streams: the body is a sequence of enveloped messages.
  case connectStream
}

extension WireProtocol {
  package var isConnect: Bool { self == .connectUnary || self == .connectStream }

  /// The flags that an envelope in a request may have.
  package var requestFlags: Envelope.Flags { .compressed }

  /// The flags that an envelope in a response may have.
  package var responseFlags: Envelope.Flags {
    switch self {
    case .grpc, .connectUnary: .compressed
    case .grpcWeb, .grpcWebText: [.compressed, .trailers]
    case .connectStream: [.compressed, .endStream]
    }
  }

  /// The header field that names the compression of messages.
  package var encodingField: StaticString {
    switch self {
    case .grpc, .grpcWeb, .grpcWebText: "grpc-encoding"
    case .connectUnary: "content-encoding"
    case .connectStream: "connect-content-encoding"
    }
  }

  /// The header field that lists the compressions which the sender understands.
  package var acceptEncodingField: StaticString {
    switch self {
    case .grpc, .grpcWeb, .grpcWebText: "grpc-accept-encoding"
    case .connectUnary: "accept-encoding"
    case .connectStream: "connect-accept-encoding"
    }
  }

  /// The header field that says how long the caller waits.
  package var timeoutField: StaticString { isConnect ? "connect-timeout-ms" : "grpc-timeout" }

  /// Reads the value of ``timeoutField``.
  package func timeout(reading value: RawSpan) throws(RPCError) -> Duration {
    isConnect ? try Duration(connectTimeout: value) : try Duration(grpcTimeout: value)
  }

  /// Writes a value of ``timeoutField``.
  package func timeout(writing timeout: Duration) -> String {
    isConnect ? timeout.connectTimeout : timeout.grpcTimeout
  }
}
