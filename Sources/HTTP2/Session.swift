public import Buffers
internal import CNghttp2
public import HTTP

/// The HTTP/2 state of one connection, as a server or as a client.
///
/// A session does no I/O: bytes go in and reach exchanges, bytes come out for the peer. It belongs
/// to its connection's event loop.
@safe
public final class Session {
  public enum Role: Sendable { case client, server }

  public let role: Role
  public let limits: Limits
  let handle: OpaquePointer
  private let cell: Cell<State>

  /// What callbacks touch.
  var state: State {
    @inline(__always) unsafeAddress { unsafe UnsafePointer(cell.pointer) }
    @inline(__always) unsafeMutableAddress { unsafe cell.pointer }
  }

  /// Who owns the connection, until it is lost.
  public var delegate: (any SessionDelegate)? {
    get { state.delegate }
    set { state.delegate = newValue }
  }
  /// Exchanges that are open, in no order. Each knows its place through ``Exchange/slot``.
  public var exchanges: [Exchange] { state.exchanges }
  /// Whether the peer said that it takes no new streams, or we did.
  public var isDraining: Bool { state.isDraining }
  /// Whether the peer has acknowledged our SETTINGS.
  public var settingsAreAcknowledged: Bool { state.settingsAreAcknowledged }
  /// What ended the connection, when the peer broke a rule.
  public var violation: String? { state.violation }

  public init(role: Role, limits: Limits = Limits(), delegate: any SessionDelegate) {
    self.role = role
    self.limits = limits
    cell = Cell(State(role: role, limits: limits, delegate: delegate))
    let options = Options(limits)
    var made: OpaquePointer?
    switch role {
    case .client:
      unsafe nghttp2_session_client_new2(&made, Callbacks.shared.handle, nil, options.handle)
    case .server:
      unsafe nghttp2_session_server_new2(&made, Callbacks.shared.handle, nil, options.handle)
    }
    guard let made = unsafe made else { fatalError("out of memory") }
    unsafe handle = made
    unsafe nghttp2_session_set_user_data(made, Unmanaged.passUnretained(self).toOpaque())
    submitSettings()
  }

  deinit {
    unsafe nghttp2_session_del(handle)
  }

  /// Feeds received bytes to the session; exchanges hear of them before it returns.
  public func receive(_ bytes: RawSpan) throws(HTTP2Error) {
    beginWork()
    defer { state.isBusy = false }
    var offset = 0
    while state.violation == nil, let frame = state.scanner.next(in: bytes, &offset) {
      began(frame)
    }
    let consumed = unsafe bytes.withUnsafeBytes { buffer in
      unsafe nghttp2_session_mem_recv(
        handle, buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), buffer.count)
    }
    try check(consumed)
    if unsafe nghttp2_session_get_outbound_queue_size(handle) > limits.outboundFramesMax {
      convict(.unreadFrames)
    }
  }

  private func beginWork() {
    state.isBusy = true
    if let delegate = state.delegate { state.now = delegate.now }
  }

  /// Tells the connection of something to flush. While it has the session at work it looks itself.
  func announceOutput() {
    guard !state.isBusy else { return }
    state.delegate?.sessionHasOutput()
  }

  /// Whether a header block has begun to arrive and is not complete.
  public var isReceivingHeaders: Bool {
    state.headerBlockContinues || (state.isInsideHeaderFrame && state.scanner.isInsidePayload)
  }

  /// Appends what the peer should see next to `output`, until that holds `limit` bytes.
  public func flush(into output: inout ByteQueue, limit: Int) throws(HTTP2Error) {
    try unsafe withUnsafeMutablePointer(to: &output) { target throws(HTTP2Error) in
      beginWork()
      unsafe state.flushTarget = target
      defer {
        unsafe state.flushTarget = nil
        state.isBusy = false
      }
      while unsafe target.pointee.count < limit {
        var start: UnsafePointer<UInt8>?
        let count = unsafe nghttp2_session_mem_send(handle, &start)
        try check(count)
        guard count > 0 else { return }
        unsafe target.pointee.append(
          copying: UnsafeRawBufferPointer(start: start, count: count))
      }
    }
  }

  /// Whether the session is over: nothing is expected and nothing is left to say.
  public var isFinished: Bool {
    unsafe nghttp2_session_want_read(handle) == 0 && nghttp2_session_want_write(handle) == 0
  }

  /// Whether there is something to flush.
  public var hasOutput: Bool { unsafe nghttp2_session_want_write(handle) != 0 }
}

extension Session {
  /// What a session knows between callbacks, apart from what the library knows.
  @safe
  struct State: ~Copyable {
    var delegate: (any SessionDelegate)?
    /// The time of the loop's turn.
    var now: ContinuousClock.Instant
    /// Whether the connection has the session receive or flush.
    var isBusy = false
    var exchanges: [Exchange] = []
    var isDraining = false
    var settingsAreAcknowledged = false
    var violation: String?
    var flood: FloodGuard
    var scanner: FrameScanner
    // Where frames go while `flush` runs; the library's callback for DATA writes there itself.
    var flushTarget: UnsafeMutablePointer<ByteQueue>?
    var block = HeaderBlock()
    var highestStream: Int32 = 0
    var skippedStreams: [ClosedRange<Int32>] = []
    var endedStreams = RecentStreams()
    var headerBlockContinues = false
    var isInsideHeaderFrame = false
    /// Invalid frames whose streams' resets are not sent yet.
    var foretoldResets = 0
    var vectors: [nghttp2_nv] = unsafe []

    init(role: Role, limits: Limits, delegate: any SessionDelegate) {
      self.delegate = delegate
      now = delegate.now
      flood = FloodGuard(limits: limits, now: now)
      scanner = FrameScanner(role: role)
    }
  }
}

/// A header block that is arriving. It goes to its exchange in one piece.
struct HeaderBlock: ~Copyable {
  var target: Exchange?
  var isTrailers = false
  var fields = HeaderList()
  /// Names, values and 32 bytes a field, those included that were not kept.
  var size = 0
  var count = 0
  var isTooLarge = false

  mutating func begin(_ exchange: Exchange?) {
    target = exchange
    isTrailers = exchange?.headersAreComplete ?? false
    fields.removeAll()
    size = 0
    count = 0
    isTooLarge = false
  }
}

/// The connection that owns a session.
public protocol SessionDelegate: AnyObject {
  /// The time of the loop's turn.
  var now: ContinuousClock.Instant { get }

  /// A peer opens a stream; nil refuses it.
  func makeExchange() -> Exchange?

  /// There is something to flush, soon.
  func sessionHasOutput()

  func receivedPingAcknowledgement(_ payload: UInt64)

  /// The peer takes no new streams; those above `lastStream` were not looked at.
  func receivedGoAway(code: UInt32, lastStream: Int32, debug: String)

  /// The peer's settings are here or have changed.
  func receivedSettings()
}

// MARK: - The connection as a whole

extension Session {
  private func submitSettings() {
    var entries = [
      setting(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, UInt32(limits.streamWindowSize)),
      setting(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, UInt32(limits.headerListSizeMax)),
    ]
    switch role {
    case .server:
      entries.append(setting(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.concurrentStreamsMax))
      entries.append(setting(NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1))
    case .client:
      entries.append(setting(NGHTTP2_SETTINGS_ENABLE_PUSH, 0))
    }
    unsafe nghttp2_submit_settings(
      handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), entries, entries.count)
    unsafe nghttp2_session_set_local_window_size(
      handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), 0, limits.connectionWindowSize)
  }

  private func setting(
    _ id: nghttp2_settings_id, _ value: UInt32
  ) -> nghttp2_settings_entry {
    nghttp2_settings_entry(settings_id: Int32(id.rawValue), value: value)
  }

  /// How many streams the peer lets us open at a time.
  public var remoteConcurrentStreamsMax: UInt32 {
    unsafe nghttp2_session_get_remote_settings(handle, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS)
  }

  /// Says that the connection will close soon, while streams that are on their way still count:
  /// the first step of a graceful end (RFC 9113 section 6.8).
  public func announceShutdown() {
    unsafe nghttp2_submit_shutdown_notice(handle)
    announceOutput()
  }

  /// Says that streams after the last one that arrived are not looked at: the second step.
  public func goAway(code: UInt32 = HTTP2Code.noError, debug: String = "") {
    state.isDraining = true
    let last = unsafe nghttp2_session_get_last_proc_stream_id(handle)
    let bytes = Array(debug.utf8)
    unsafe nghttp2_submit_goaway(
      handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), last, code, bytes, bytes.count)
    announceOutput()
  }

  /// Ends the connection at once, with a GOAWAY that says why.
  public func terminate(code: UInt32, debug: String) {
    guard state.violation == nil else { return }
    state.violation = debug
    state.isDraining = true
    let last = unsafe nghttp2_session_get_last_proc_stream_id(handle)
    let bytes = Array(debug.utf8)
    unsafe nghttp2_submit_goaway(
      handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), last, code, bytes, bytes.count)
    unsafe nghttp2_session_terminate_session2(handle, last, code)
    announceOutput()
  }

  public func ping(_ payload: UInt64) {
    unsafe withUnsafeBytes(of: payload) { bytes in
      _ = unsafe nghttp2_submit_ping(
        handle, UInt8(NGHTTP2_FLAG_NONE.rawValue),
        bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
    }
    announceOutput()
  }

  /// Tells every open exchange that the connection is gone.
  public func connectionLost() {
    state.isDraining = true
    while let exchange = state.exchanges.popLast() {
      exchange.carrier = nil
      exchange.ended(.connectionLost)
    }
    state.delegate = nil
  }
}

/// The library's options, needed only while a session is being made.
@safe
private struct Options: ~Copyable {
  let handle: OpaquePointer

  init(_ limits: Limits) {
    var made: OpaquePointer?
    unsafe nghttp2_option_new(&made)
    guard let made = unsafe made else { fatalError("out of memory") }
    unsafe handle = made
    unsafe nghttp2_option_set_no_closed_streams(handle, 1)
    // Bodies are credited when somebody has read them, not when they arrive.
    unsafe nghttp2_option_set_no_auto_window_update(handle, 1)
    unsafe nghttp2_option_set_stream_reset_rate_limit(
      handle, limits.resetBurst, limits.resetsPerSecond)
    // 1.52 counts reads, not frames, and would end an honest connection that arrives in small
    // pieces; frames are counted in `FloodGuard`.
    unsafe nghttp2_option_set_max_continuations(handle, 1 << 20)
  }

  deinit {
    unsafe nghttp2_option_del(handle)
  }
}
