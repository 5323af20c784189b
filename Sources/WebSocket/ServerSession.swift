public import Buffers
internal import CWslay

/// The server's side of one WebSocket (RFC 6455), after the handshake.
///
/// It does no I/O: received bytes go in and messages come out; messages go in and bytes to send come
/// out. All of it happens on the connection's event loop. Pings are answered, masks, fragments and
/// texts are checked, and a peer that breaks the rules is told so by the close code.
@safe
public final class ServerSession {
  public enum Event: Hashable, Sendable {
    case text([UInt8])
    case binary([UInt8])
    case pong([UInt8])
    /// The peer says farewell, with a code if it gives one.
    case closed(CloseCode?)
  }

  public let limits: Limits
  private let context: wslay_event_context_ptr
  private let wire = Wire()
  /// Whether a close frame of ours is queued or sent.
  public private(set) var isClosing = false
  private var isBroken = false
  /// The farewell that goes out when what was queued before it has.
  private var farewell: (code: CloseCode, reason: [UInt8])?

  public init(limits: Limits = Limits()) {
    self.limits = limits
    var callbacks = Wire.callbacks
    var made: wslay_event_context_ptr?
    let status = unsafe wslay_event_context_server_init(
      &made, &callbacks, Unmanaged.passUnretained(wire).toOpaque())
    guard status == 0, let made = unsafe made else { fatalError("out of memory") }
    unsafe wslay_event_config_set_max_recv_msg_length(made, UInt64(limits.messageSizeMax))
    unsafe context = unsafe made
  }

  deinit {
    unsafe wslay_event_context_free(context)
  }

  /// Whether the connection should read from its socket.
  public var wantsInput: Bool {
    unsafe !isBroken && wslay_event_want_read(context) != 0 && pendingCount < limits.backlogMax
      && wslay_event_get_queued_msg_count(context) < limits.pendingCountMax
  }

  /// Whether there is something to flush.
  public var hasOutput: Bool { unsafe !isBroken && wslay_event_want_write(context) != 0 }

  /// Whether both sides have said farewell, or nothing sensible can be said any more; what is left
  /// to do is to send the rest and to close.
  public var shouldClose: Bool {
    if isBroken { return true }
    return unsafe wslay_event_want_write(context) == 0
      && (wslay_event_get_close_sent(context) != 0 || wslay_event_want_read(context) == 0)
  }

  /// Bytes of messages that wait to be sent.
  public var pendingCount: Int { unsafe wslay_event_get_queued_msg_length(context) }

  /// Takes received bytes and returns what they meant.
  public func receive(_ bytes: RawSpan) -> [Event] {
    guard !isBroken else { return [] }
    wire.input.append(bytes)
    // Where the peer has closed, the library no longer looks at what comes.
    if unsafe wslay_event_recv(context) != 0 { isBroken = true }
    if unsafe wslay_event_want_read(context) == 0 { wire.input.removeAll(keepingUpTo: 0) }
    defer { wire.events = [] }
    return wire.events
  }

  /// Queues a text message, which must be UTF-8.
  ///
  /// False where the peer has left too much unread: the connection closes then.
  @discardableResult
  public func send(text: [UInt8]) -> Bool {
    queue(UInt8(WSLAY_TEXT_FRAME.rawValue), text)
  }

  @discardableResult
  public func send(binary: [UInt8]) -> Bool {
    queue(UInt8(WSLAY_BINARY_FRAME.rawValue), binary)
  }

  /// Asks whether the peer is there. At most 125 bytes.
  public func ping(_ payload: [UInt8] = []) {
    _ = queue(UInt8(WSLAY_PING.rawValue), Array(payload.prefix(125)))
  }

  /// Says farewell; what was queued before still goes out.
  public func close(_ code: CloseCode, _ reason: String = "") {
    guard !isClosing else { return }
    isClosing = true
    farewell = (code, Array(reason.utf8.prefix(123)))
    sayFarewell()
  }

  /// The library lets control frames overtake messages.
  private func sayFarewell() {
    guard let farewell, unsafe wslay_event_get_queued_msg_count(context) == 0 else { return }
    self.farewell = nil
    _ = unsafe wslay_event_queue_close(
      context, farewell.code.rawValue, farewell.reason, farewell.reason.count)
  }

  private func queue(_ opcode: UInt8, _ message: [UInt8]) -> Bool {
    guard !isClosing, !isBroken else { return false }
    let count = unsafe wslay_event_get_queued_msg_count(context)
    guard pendingCount + message.count <= limits.pendingMax, count < limits.pendingCountMax else {
      // What waits would take for ever: the rest of the connection is given up.
      isBroken = true
      return false
    }
    return unsafe message.withUnsafeBufferPointer { buffer in
      var frame = unsafe wslay_event_msg(
        opcode: opcode, msg: buffer.baseAddress, msg_length: buffer.count)
      return unsafe wslay_event_queue_msg(context, &frame) == 0
    }
  }

  /// Appends bytes to send to `output`, until that holds `limit` bytes.
  public func flush(into output: inout ByteQueue, limit: Int) {
    guard !isBroken, output.count < limit else { return }
    wire.room = limit - output.count
    if unsafe wslay_event_send(context) != 0 { isBroken = true }
    if farewell != nil {
      sayFarewell()
      if unsafe wslay_event_send(context) != 0 { isBroken = true }
    }
    wire.output.withBytes { output.append($0) }
    wire.output.removeAll(keepingUpTo: 4096)
  }
}
