internal import HTTP

/// Which web pages may call the server from a browser (Fetch standard, "CORS protocol").
public struct CORS: Sendable {
  /// Origins such as `https://app.example`; `*` allows every one, without credentials.
  public var origins: Set<String>
  /// How long a browser may remember the answer, in seconds.
  public var maxAge = 7200

  public init(origins: Set<String>) {
    self.origins = origins
  }

  /// What callers of the three protocols send.
  static let requestHeaders =
    "content-type,connect-protocol-version,connect-timeout-ms,connect-content-encoding,"
    + "connect-accept-encoding,grpc-timeout,grpc-encoding,grpc-accept-encoding,x-grpc-web,"
    + "x-user-agent,authorization,traceparent,tracestate"
  /// What a page may read of a response.
  static let responseHeaders =
    "grpc-status,grpc-message,grpc-status-details-bin,grpc-encoding,grpc-accept-encoding,"
    + "connect-content-encoding,connect-accept-encoding,content-encoding"

  func allows(_ origin: String) -> Bool {
    origins.contains("*") || origins.contains(origin)
  }

  func append(to headers: inout HeaderList, for origin: String) {
    guard allows(origin) else { return }
    headers.append("access-control-allow-origin", origins.contains("*") ? "*" : origin)
    headers.append("access-control-expose-headers", Self.responseHeaders)
    headers.append("vary", "origin")
  }

  func appendPreflight(
    to headers: inout HeaderList, for origin: String, requested: String?
  ) {
    guard allows(origin) else { return }
    headers.append("access-control-allow-origin", origins.contains("*") ? "*" : origin)
    headers.append("access-control-allow-methods", "GET,POST")
    headers.append("access-control-allow-headers", requested ?? Self.requestHeaders)
    headers.append("access-control-max-age", String(maxAge))
    headers.append("vary", "origin,access-control-request-headers")
  }
}
