internal import HTTP
package import RPC

extension Status.Code {
  /// What an HTTP status means when the response says nothing better
  /// (grpc/grpc doc/http-grpc-status-mapping.md).
  ///
  /// The documents disagree on 431: gRPC's has INTERNAL, while Connect's specification wants UNKNOWN,
  /// and its conformance suite wants that of every protocol.
  package init(httpStatus: Int) {
    switch httpStatus {
    case 400: self = .internal
    case 401: self = .unauthenticated
    case 403: self = .permissionDenied
    case 404: self = .unimplemented
    case 429, 502, 503, 504: self = .unavailable
    default: self = .unknown
    }
  }

  /// What the error code of RST_STREAM means to a client
  /// (grpc/grpc doc/PROTOCOL-HTTP2.md, "Errors").
  package init(http2Code: UInt32) {
    switch http2Code {
    case HTTP2Code.refusedStream: self = .unavailable
    case HTTP2Code.cancel: self = .cancelled
    case HTTP2Code.enhanceYourCalm: self = .resourceExhausted
    case HTTP2Code.inadequateSecurity: self = .permissionDenied
    case HTTP2Code.noError, HTTP2Code.protocolError, HTTP2Code.internalError,
      HTTP2Code.flowControlError, HTTP2Code.settingsTimeout, HTTP2Code.streamClosed,
      HTTP2Code.frameSizeError, HTTP2Code.compressionError, HTTP2Code.connectError:
      self = .internal
    default: self = .unknown
    }
  }
}
