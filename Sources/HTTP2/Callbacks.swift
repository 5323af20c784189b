internal import Buffers
internal import CNghttp2
internal import HTTP

/// The callback table, the same for every session.
@safe
final class Callbacks: @unchecked Sendable {
  // Unchecked: the table is filled here and only read afterwards.
  static let shared = Callbacks()

  let handle: OpaquePointer

  private init() {
    var made: OpaquePointer?
    unsafe nghttp2_session_callbacks_new(&made)
    guard let made = unsafe made else { fatalError("out of memory") }
    unsafe handle = made
    unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(handle, beganHeaders)
    unsafe nghttp2_session_callbacks_set_on_header_callback(handle, receivedField)
    unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(handle, receivedBody)
    unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(handle, receivedFrame)
    unsafe nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(handle, receivedInvalid)
    unsafe nghttp2_session_callbacks_set_on_frame_send_callback(handle, sentFrame)
    unsafe nghttp2_session_callbacks_set_on_stream_close_callback(handle, closedStream)
    unsafe nghttp2_session_callbacks_set_send_data_callback(handle, writeBody)
  }
}

extension Session {
  /// Lets `body` work with the session of a callback's user data, which outlives the callback:
  /// nothing is counted.
  static func with<R>(_ context: UnsafeMutableRawPointer?, _ body: (Session) -> R) -> R {
    guard let context = unsafe context else { preconditionFailure("callback without user data") }
    return unsafe Unmanaged<Session>.fromOpaque(context)._withUnsafeGuaranteedRef(body)
  }

  /// The same for an exchange, which must not be let go of meanwhile.
  static func withExchange<R>(
    _ pointer: UnsafeMutableRawPointer, _ body: (Exchange) -> R
  ) -> R {
    unsafe Unmanaged<Exchange>.fromOpaque(pointer)._withUnsafeGuaranteedRef(body)
  }

  /// The exchange of an open stream. What it does with an event may end the connection, so the
  /// caller keeps it.
  func exchange(_ stream: Int32) -> Exchange? {
    guard let pointer = unsafe nghttp2_session_get_stream_user_data(handle, stream) else {
      return nil
    }
    return unsafe Unmanaged<Exchange>.fromOpaque(pointer).takeUnretainedValue()
  }

  func convict(_ verdict: FloodGuard.Verdict?) {
    guard let verdict else { return }
    terminate(code: HTTP2Code.enhanceYourCalm, debug: verdict.rawValue)
  }
}

// MARK: - What the peer sends

extension Session {
  /// A frame's head arrived; the library is yet to see it.
  func began(_ frame: FrameHead) {
    let isContinued = frame.flags & UInt8(NGHTTP2_FLAG_END_HEADERS.rawValue) == 0
    let isAnswer = frame.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0
    state.headerBlockContinues = false
    state.isInsideHeaderFrame = false
    switch nghttp2_frame_type(UInt32(frame.type)) {
    case NGHTTP2_DATA: if role == .server { refuseIfOver(frame.stream) }
    case NGHTTP2_RST_STREAM:
      state.endedStreams.insert(frame.stream)
      if role == .server { convict(state.flood.receivedReset(at: state.now)) }
    case NGHTTP2_HEADERS:
      state.headerBlockContinues = isContinued
      state.isInsideHeaderFrame = true
      state.flood.headerBlockBegan()
      if role == .server { noteStream(frame.stream) }
    case NGHTTP2_CONTINUATION:
      state.headerBlockContinues = isContinued
      state.isInsideHeaderFrame = true
      convict(state.flood.receivedContinuation())
    case NGHTTP2_PRIORITY: receivedPriority(frame)
    case NGHTTP2_WINDOW_UPDATE: convict(state.flood.receivedWindowUpdate())
    case NGHTTP2_PING where role == .server && !isAnswer:
      convict(state.flood.receivedPing(at: state.now))
    default: convict(state.flood.receivedControlFrame(at: state.now))
    }
  }

  private func receivedPriority(_ frame: FrameHead) {
    if frame.stream == 0 {
      terminate(code: HTTP2Code.protocolError, debug: "PRIORITY on stream 0")
    } else if frame.dependency == frame.stream {
      terminate(code: HTTP2Code.protocolError, debug: "stream \(frame.stream) depends on itself")
    }
    convict(state.flood.receivedPriority())
  }

  /// A stream identifier that was passed over can never be used (RFC 9113 section 5.1.1); the
  /// library ignores such HEADERS instead of ending the connection.
  private func noteStream(_ stream: Int32) {
    if stream > state.highestStream {
      if stream > state.highestStream + 2, state.highestStream > 0 || stream > 1 {
        if state.skippedStreams.count == Self.skippedRangesMax {
          state.skippedStreams.removeFirst()
        }
        state.skippedStreams.append((state.highestStream + 1)...(stream - 1))
      }
      state.highestStream = stream
      state.flood.streamOpened()
      return
    }
    refuseIfOver(stream)
    if state.skippedStreams.contains(where: { $0.contains(stream) }) {
      terminate(code: HTTP2Code.protocolError, debug: "stream identifier \(stream) was skipped")
    }
  }

  private static var skippedRangesMax: Int { 32 }

  /// Nothing may follow END_STREAM or RST_STREAM (RFC 9113 section 5.1). While a stream is open the
  /// library sees to it; it remembers none that is over.
  private func refuseIfOver(_ stream: Int32) {
    guard state.endedStreams.contains(stream) else { return }
    terminate(code: HTTP2Code.streamClosed, debug: "stream \(stream) is closed")
  }

  fileprivate func provokedReset() {
    convict(state.flood.sentProvokedReset(at: state.now))
  }
}

private let beganHeaders: nghttp2_on_begin_headers_callback = { _, frame, context in
  guard let frame = unsafe frame else { return 0 }
  let stream = unsafe frame.pointee.hd.stream_id
  let isRequest = unsafe frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST
  unsafe Session.with(context) { $0.beganBlock(stream, isRequest: isRequest) }
  return 0
}

extension Session {
  fileprivate func beganBlock(_ stream: Int32, isRequest: Bool) {
    guard role == .server, isRequest else {
      state.block.begin(exchange(stream))
      return
    }
    guard state.violation == nil, let exchange = state.delegate?.makeExchange() else {
      unsafe nghttp2_submit_rst_stream(
        handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream, HTTP2Code.refusedStream)
      return
    }
    exchange.id = stream
    unsafe nghttp2_session_set_stream_user_data(
      handle, stream, Unmanaged.passUnretained(exchange).toOpaque())
    insert(exchange)
    state.block.begin(exchange)
  }
}

private let receivedField: nghttp2_on_header_callback = {
  _, _, name, nameCount, value, valueCount, _, context in
  unsafe Session.with(context) { session in
    unsafe session.received(
      UnsafeRawBufferPointer(start: name, count: nameCount).bytes,
      UnsafeRawBufferPointer(start: value, count: valueCount).bytes)
  }
  return 0
}

extension Session {
  fileprivate func received(_ name: RawSpan, _ value: RawSpan) {
    state.block.size += name.byteCount + value.byteCount + 32
    state.block.count += 1
    guard state.block.size <= limits.headerListSizeMax, state.block.count <= limits.headerCountMax
    else {
      state.block.isTooLarge = true
      // The library goes on decoding, so that the compression's state stays right.
      if state.block.size > limits.headerListSizeMax * limits.headerListAbuseFactor {
        convict(.headerList)
      }
      return
    }
    state.block.fields.append(name, value)
  }
}

private let receivedBody: nghttp2_on_data_chunk_recv_callback = {
  _, _, stream, bytes, count, context in
  unsafe Session.with(context) { session in
    // The connection's window is not what bounds memory: one slow exchange must not stop the
    // others.
    unsafe nghttp2_session_consume_connection(session.handle, count)
    guard session.state.violation == nil, let exchange = session.exchange(stream) else { return }
    exchange.received(unsafe UnsafeRawBufferPointer(start: bytes, count: count).bytes)
  }
  return 0
}

private let receivedFrame: nghttp2_on_frame_recv_callback = { _, frame, context in
  guard let frame = unsafe frame else { return 0 }
  unsafe Session.with(context) { unsafe $0.received(frame) }
  return 0
}

extension Session {
  fileprivate func received(_ frame: UnsafePointer<nghttp2_frame>) {
    guard state.violation == nil else { return }
    let header = unsafe frame.pointee.hd
    let isLast = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
    switch nghttp2_frame_type(UInt32(header.type)) {
    case NGHTTP2_DATA:
      let isEmpty = unsafe header.length <= frame.pointee.data.padlen
      convict(state.flood.receivedData(isEmpty: isEmpty, isLast: isLast))
      if isLast { exchange(header.stream_id)?.receivedEnd() }
    case NGHTTP2_HEADERS:
      guard let exchange = state.block.target.take() else { break }
      completedHeaders(exchange, isLast: isLast)
    case NGHTTP2_PING where header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0:
      let opaque = unsafe frame.pointee.ping.opaque_data
      state.delegate?.receivedPingAcknowledgement(unsafe unsafeBitCast(opaque, to: UInt64.self))
    case NGHTTP2_SETTINGS:
      if header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0 {
        state.settingsAreAcknowledged = true
      } else {
        state.delegate?.receivedSettings()
      }
    case NGHTTP2_GOAWAY: unsafe receivedGoAway(frame.pointee.goaway)
    default: break
    }
  }

  private func receivedGoAway(_ frame: nghttp2_goaway) {
    state.isDraining = true
    let debug = unsafe UnsafeRawBufferPointer(
      start: frame.opaque_data, count: frame.opaque_data_len)
    let text = unsafe debug.bytes.string
    unsafe state.delegate?.receivedGoAway(
      code: frame.error_code, lastStream: frame.last_stream_id, debug: text)
    if role == .client { refuseWaiting() }
  }
}

extension Session {
  fileprivate func completedHeaders(_ exchange: Exchange, isLast: Bool) {
    if state.block.isTooLarge { exchange.headersAreTooLarge = true }
    if state.block.isTrailers {
      swap(&exchange.trailerFields, &state.block.fields)
      if isLast { exchange.receivedEnd() }
      return
    }
    swap(&exchange.headers, &state.block.fields)
    // An interim response's fields are not the response's.
    if role == .client, exchange.isInterimResponse { return }
    exchange.headersAreComplete = true
    exchange.receivedHeaders(isLast: isLast)
    if isLast { exchange.receivedEnd() }
  }
}

private let receivedInvalid: nghttp2_on_invalid_frame_recv_callback = { _, _, _, context in
  unsafe Session.with(context) { session in
    guard session.role == .server else { return }
    session.provokedReset()
    session.state.foretoldResets += 1
  }
  return 0
}

private let closedStream: nghttp2_on_stream_close_callback = { _, stream, code, context in
  unsafe Session.with(context) { $0.closed(stream, code) }
  return 0
}

extension Session {
  fileprivate func closed(_ stream: Int32, _ code: UInt32) {
    guard let exchange = exchange(stream) else { return }
    remove(exchange)
    if unsafe nghttp2_session_get_stream_remote_close(handle, stream) == 1 {
      state.endedStreams.insert(stream)
    }
    let reason: EndReason =
      switch code {
      case HTTP2Code.noError: .completed
      case HTTP2Code.refusedStream where !exchange.wasResetHere: .refused
      default: .reset(code)
      }
    exchange.ended(reason)
  }
}

// MARK: - What we send

private let sentFrame: nghttp2_on_frame_send_callback = { _, frame, context in
  guard let frame = unsafe frame else { return 0 }
  unsafe Session.with(context) { unsafe $0.sent(frame) }
  return 0
}

extension Session {
  fileprivate func sent(_ frame: UnsafePointer<nghttp2_frame>) {
    let header = unsafe frame.pointee.hd
    switch nghttp2_frame_type(UInt32(header.type)) {
    case NGHTTP2_DATA:
      state.flood.sentData()
      sentEnd(header)
    case NGHTTP2_HEADERS:
      state.flood.sentHeaders()
      sentEnd(header)
    case NGHTTP2_RST_STREAM:
      if role == .server { sentReset(unsafe frame.pointee.rst_stream.error_code) }
    default: break
    }
  }
}

extension Session {
  /// Counts a reset that the peer brought about, unless the invalid frame was counted before it.
  fileprivate func sentReset(_ code: UInt32) {
    guard code != HTTP2Code.noError, code != HTTP2Code.cancel else { return }
    guard state.foretoldResets == 0 else {
      state.foretoldResets -= 1
      return
    }
    provokedReset()
    // Nothing but SETTINGS_INITIAL_WINDOW_SIZE does this without an invalid frame; it is the
    // connection's error (RFC 9113 section 6.9.2), and the library resets the stream.
    if code == HTTP2Code.flowControlError {
      terminate(code: code, debug: "SETTINGS_INITIAL_WINDOW_SIZE overflows a window")
    }
  }

  /// A response that is complete before its request asks the client to send no more of it
  /// (RFC 9113 section 8.1).
  fileprivate func sentEnd(_ header: nghttp2_frame_hd) {
    guard role == .server, header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0,
      unsafe nghttp2_session_get_stream_remote_close(handle, header.stream_id) == 0
    else { return }
    unsafe nghttp2_submit_rst_stream(
      handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), header.stream_id, HTTP2Code.noError)
  }
}

/// Writes a DATA frame: the library made its header, the payload comes from the exchange.
private let writeBody: nghttp2_send_data_callback = {
  _, frame, frameHeader, length, source, context in
  guard let pointer = unsafe source?.pointee.ptr, let frameHeader = unsafe frameHeader,
    let target = unsafe Session.with(context, { unsafe $0.state.flushTarget })
  else { return NGHTTP2_ERR_CALLBACK_FAILURE.rawValue }
  unsafe Session.withExchange(pointer) { exchange in
    unsafe target.pointee.reserve(9 + length)
    unsafe target.pointee.append(copying: UnsafeRawBufferPointer(start: frameHeader, count: 9))
    exchange.output.withBytes { unsafe target.pointee.append($0.extracting(first: length)) }
    exchange.output.drop(length)
    exchange.outputShrank()
  }
  return 0
}
