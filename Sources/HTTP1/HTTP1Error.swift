/// Why a connection's input cannot be read any further.
public enum HTTP1Error: Error, Hashable, Sendable {
  /// The first line is not `method SP target SP version`, or not a status line.
  case badStartLine
  case badTarget
  case targetTooLong(max: Int)
  case unknownMethod
  case unsupportedVersion
  /// A header line with a folded value, a space in its name, no colon or a forbidden character.
  case badHeader
  case headersTooLarge(max: Int)
  case tooManyHeaders(max: Int)
  /// No `Host`, several, or one that names no host.
  case badHost
  case badContentLength
  /// Two lengths that could be told apart only by guessing: the door to request smuggling.
  case ambiguousLength
  /// Anything but a single `chunked`.
  case unsupportedTransferEncoding
  case badChunk
  case chunkExtensionsTooLarge(max: Int)
  /// A trailer field that would change how the message is read.
  case forbiddenTrailer
  case unsupportedExpectation
  /// The peer closed in the middle of a message.
  case truncated
  /// A server spoke although nothing was asked.
  case unexpectedResponse
  /// A server sends interim responses without end, or switches protocols without being asked.
  case badInterimResponse
}

extension HTTP1Error {
  /// The status that tells a client about it.
  public var status: Int {
    switch self {
    case .badStartLine, .badTarget, .badHeader, .badHost, .badContentLength, .ambiguousLength,
      .badChunk, .chunkExtensionsTooLarge, .forbiddenTrailer, .truncated, .unexpectedResponse,
      .badInterimResponse:
      400
    case .targetTooLong: 414
    case .unsupportedExpectation: 417
    case .headersTooLarge, .tooManyHeaders: 431
    case .unknownMethod, .unsupportedTransferEncoding: 501
    case .unsupportedVersion: 505
    }
  }
}

extension HTTP1Error: CustomStringConvertible {
  public var description: String {
    switch self {
    case .badStartLine: "the first line is malformed"
    case .badTarget: "the request target is malformed"
    case .targetTooLong(let max): "the request target is longer than \(max) bytes"
    case .unknownMethod: "the method is not supported"
    case .unsupportedVersion: "only HTTP/1.1 and HTTP/1.0 are spoken here"
    case .badHeader: "a header line is malformed"
    case .headersTooLarge(let max): "the headers are larger than \(max) bytes"
    case .tooManyHeaders(let max): "there are more than \(max) header fields"
    case .badHost: "exactly one valid host field is needed"
    case .badContentLength: "the content-length is malformed"
    case .ambiguousLength: "the length of the body is ambiguous"
    case .unsupportedTransferEncoding: "the only transfer-encoding here is chunked"
    case .badChunk: "a chunk of the body is malformed"
    case .chunkExtensionsTooLarge(let max): "the chunk extensions are larger than \(max) bytes"
    case .forbiddenTrailer: "a trailer field may not say how the message is framed"
    case .unsupportedExpectation: "the only expectation met here is 100-continue"
    case .truncated: "the connection ended inside a message"
    case .unexpectedResponse: "a response came without a request"
    case .badInterimResponse: "an interim response is out of place"
    }
  }
}
