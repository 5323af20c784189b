internal import CNghttp2

/// What the HTTP/2 library says is wrong. The connection cannot go on after it.
public struct HTTP2Error: Error, Hashable, Sendable, CustomStringConvertible {
  /// The library's error number, always negative.
  public let rawValue: Int32

  public var description: String {
    unsafe nghttp2_strerror(rawValue).map { unsafe String(cString: $0) } ?? "error \(rawValue)"
  }
}

/// Turns a C status into a Swift error; zero and positive values pass through.
@discardableResult
func check(_ status: Int) throws(HTTP2Error) -> Int {
  guard status >= 0 else { throw HTTP2Error(rawValue: Int32(clamping: status)) }
  return status
}
