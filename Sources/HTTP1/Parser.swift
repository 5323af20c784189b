internal import Buffers
internal import CHTTPParser
internal import HTTP

/// The library's parser for one message after the other.
///
/// It is fed whole header blocks and whole chunk lines only, so that each name and each value
/// comes in one piece.
@safe
final class Parser {
  enum Role { case server, client }

  private let raw: UnsafeMutablePointer<http_parser>
  private let role: Role
  /// What the request line asks for.
  private(set) var target = ByteQueue()
  /// Header fields, later the trailer fields, with names in lower case.
  var fields = HeaderList()
  private var name = ByteQueue()

  /// Whether the response that comes has no body, whatever its fields say: HEAD was asked.
  var answersHead = false
  fileprivate(set) var isComplete = false
  private(set) var isChunked = false
  private(set) var contentLength: UInt64?
  private(set) var chunkLength: UInt64 = 0
  /// Whether `Connection: upgrade` and `Upgrade` were both there.
  private(set) var asksForUpgrade = false

  init(role: Role) {
    unsafe raw = .allocate(capacity: 1)
    unsafe raw.initialize(to: http_parser())
    self.role = role
    begin()
  }

  deinit {
    unsafe raw.deallocate()
  }

  /// Forgets the message before.
  func begin() {
    unsafe http_parser_init(raw, role == .server ? HTTP_REQUEST : HTTP_RESPONSE)
    unsafe raw.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    target.removeAll(keepingUpTo: 1024)
    fields.removeAll()
    isComplete = false
    isChunked = false
    contentLength = nil
    asksForUpgrade = false
  }

  /// Reads bytes that belong to the current message, to the last of them.
  func read(_ bytes: RawSpan) throws(HTTP1Error) {
    guard !bytes.isEmpty else { return }  // no bytes would mean the end of the connection
    let count = unsafe bytes.withUnsafeBytes { bytes in
      unsafe http_parser_execute(
        raw, &callbacks, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
    }
    let code = unsafe http_errno(raw.pointee.http_errno)
    guard code == HPE_OK, count == bytes.byteCount else { throw HTTP1Error(code) }
  }

  /// Empties the trailers' place once the header fields are with their exchange.
  func beginTrailers() {
    fields.removeAll()
  }
}

// MARK: - What the head said

extension Parser {
  var isHTTP10: Bool { unsafe raw.pointee.http_minor == 0 }
  var isSupportedVersion: Bool {
    unsafe raw.pointee.http_major == 1 && raw.pointee.http_minor <= 1
  }
  var keepsAlive: Bool { unsafe http_should_keep_alive(raw) != 0 }
  var status: Int { unsafe Int(raw.pointee.status_code) }

  var method: http_method { unsafe http_method(raw.pointee.method) }
  var methodName: String { unsafe String(cString: http_method_str(method)) }
  var isHead: Bool { method == HTTP_HEAD }
  var isConnect: Bool { method == HTTP_CONNECT }
  var isOptions: Bool { method == HTTP_OPTIONS }
  /// Whether several such requests may run at once (RFC 9112 section 9.3.2).
  var isSafe: Bool { [HTTP_GET, HTTP_HEAD, HTTP_OPTIONS].contains(method) }

  /// The words for a status code; empty for an unknown one.
  static func reason(for status: Int) -> String {
    let known = unsafe String(cString: http_status_str(http_status(UInt32(status))))
    return known.hasPrefix("<") ? "" : known
  }
}

// MARK: - Callbacks

/// The callback table; it holds no state, and the library only reads it.
nonisolated(unsafe) private var callbacks = makeCallbacks()

private func makeCallbacks() -> http_parser_settings {
  var callbacks = http_parser_settings()
  unsafe callbacks.on_url = { raw, start, count in
    unsafe Parser.at(raw).receivedTarget(span(start, count))
    return 0
  }
  unsafe callbacks.on_header_field = { raw, start, count in
    unsafe Parser.at(raw).receivedName(span(start, count))
    return 0
  }
  unsafe callbacks.on_header_value = { raw, start, count in
    unsafe Parser.at(raw).receivedValue(span(start, count))
    return 0
  }
  unsafe callbacks.on_headers_complete = { raw in
    unsafe Parser.at(raw).receivedHead() ? 1 : 0
  }
  unsafe callbacks.on_chunk_header = { raw in
    unsafe Parser.at(raw).receivedChunkLine()
    return 0
  }
  unsafe callbacks.on_message_complete = { raw in
    unsafe Parser.at(raw).isComplete = true
    return 0
  }
  return callbacks
}

@unsafe
private func span(_ start: UnsafePointer<CChar>?, _ count: Int) -> UnsafeRawBufferPointer {
  unsafe UnsafeRawBufferPointer(start: start, count: count)
}

extension Parser {
  /// Recovers the parser from a callback's argument.
  fileprivate static func at(_ raw: UnsafeMutablePointer<http_parser>?) -> Parser {
    guard let context = unsafe raw?.pointee.data else {
      preconditionFailure("callback without user data")
    }
    return unsafe Unmanaged<Parser>.fromOpaque(context).takeUnretainedValue()
  }

  fileprivate func receivedTarget(_ bytes: UnsafeRawBufferPointer) {
    unsafe target.append(copying: bytes)
  }

  fileprivate func receivedName(_ bytes: UnsafeRawBufferPointer) {
    name.removeAll(keepingUpTo: 256)
    let bytes = unsafe bytes.bytes
    for index in 0..<bytes.byteCount { name.append(bytes.byte(at: index).lowercased) }
  }

  fileprivate func receivedValue(_ bytes: UnsafeRawBufferPointer) {
    unsafe bytes.bytes.withTrimmedEnd { value in
      name.withBytes { name in fields.append(name, value) }
    }
  }

  /// Says whether the library must not expect a body.
  fileprivate func receivedHead() -> Bool {
    let flags = unsafe raw.pointee.flags
    isChunked = flags & F_CHUNKED.rawValue != 0
    contentLength =
      unsafe flags & F_CONTENTLENGTH.rawValue != 0 ? raw.pointee.content_length : nil
    asksForUpgrade = unsafe raw.pointee.upgrade != 0
    // Whether the connection changes its protocol is the session's decision.
    unsafe raw.pointee.upgrade = 0
    guard role == .client else { return false }
    // The library would believe a content-length of these (RFC 9112 section 6.3).
    return answersHead || status < 200 || status == 204 || status == 304
  }

  fileprivate func receivedChunkLine() {
    chunkLength = unsafe raw.pointee.content_length
  }
}

extension HTTP1Error {
  fileprivate init(_ code: http_errno) {
    switch code {
    case HPE_INVALID_VERSION: self = .unsupportedVersion
    case HPE_INVALID_METHOD: self = .unknownMethod
    case HPE_INVALID_URL, HPE_INVALID_HOST, HPE_INVALID_PORT, HPE_INVALID_PATH,
      HPE_INVALID_QUERY_STRING, HPE_INVALID_FRAGMENT:
      self = .badTarget
    case HPE_INVALID_CONTENT_LENGTH: self = .badContentLength
    case HPE_UNEXPECTED_CONTENT_LENGTH: self = .ambiguousLength
    case HPE_INVALID_TRANSFER_ENCODING: self = .unsupportedTransferEncoding
    case HPE_INVALID_CHUNK_SIZE: self = .badChunk
    case HPE_INVALID_CONSTANT, HPE_INVALID_STATUS: self = .badStartLine
    default: self = .badHeader
    }
  }
}
