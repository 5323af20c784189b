public import Buffers
public import Net
public import TLS

/// A connected socket, with or without TLS, as its connection sees it: plain bytes come and go.
///
/// Belongs to its event loop. The owner is asked for output when there is room for it, so that what
/// a slow peer does not read stays where its sender can be made to wait.
public final class ByteStream: EventHandler, Flushable, TimerTarget {
  public let loop: EventLoop
  public private(set) var isOpen = false
  /// Whether the bytes are encrypted, and the handshake is over.
  public private(set) var isSecured = false
  /// Since when the peer has taken nothing of what was written; nil while nothing waits.
  public private(set) var stalledSince: ContinuousClock.Instant?
  /// How many bytes wait for the socket.
  public var pendingCount: Int { outgoing.count }

  private let socket: Socket
  private var owner: (any ByteStreamOwner)?
  private var token: EventLoop.Token?
  private var security: Security
  private var tls: TLS.Session?
  private var outgoing = ByteQueue()
  private var plain = ByteQueue()
  private var decrypted = ByteQueue()
  private var isConnecting: Bool
  private var isFlushPending = false
  private var isClosing = false
  private var inputHasEnded = false
  private var linger: Linger?
  private var watched: ReadyEvents = []

  /// How a stream comes to be encrypted.
  public enum Security {
    case none
    /// A server takes TLS where the first byte announces it, and plain bytes otherwise.
    case detected(TLS.Context)
    /// A server that takes nothing but TLS.
    case required(TLS.Context)
    /// A client that starts a handshake with the server of that name.
    case client(TLS.Context, serverName: String)
  }

  /// A server's last moments: what it wrote would be lost if it closed while input is unread.
  private struct Linger {
    let timer: LoopTimer
    var left = 1 << 20

    static let time: Duration = .seconds(2)
  }

  /// Takes over a socket, which is connected or, on a client, about to be.
  public init(
    loop: EventLoop, socket: consuming Socket, isConnecting: Bool = false, security: Security,
    owner: any ByteStreamOwner
  ) {
    self.loop = loop
    self.socket = socket
    self.isConnecting = isConnecting
    self.security = security
    self.owner = owner
  }

  /// Starts to watch the socket.
  public func open() throws(SystemError) {
    watched = isConnecting ? .writable : .readable
    token = try loop.register(socket.descriptor, self, for: watched)
    isOpen = true
    if !isConnecting { try? startTLS() }
  }

  /// Asks for a flush at the end of the loop's turn.
  public func setNeedsFlush() {
    guard isOpen, !isFlushPending, !isConnecting else { return }
    isFlushPending = true
    loop.flushLater(self)
  }

  /// Closes after what waits is written; the owner adds nothing more.
  public func closeWhenSent() {
    isClosing = true
    setNeedsFlush()
  }

  /// Gives back storage that nothing waits in. A busy stream keeps its own: the kernel would have
  /// to clear the same pages again and again.
  public func releaseStorage() {
    if outgoing.isEmpty { outgoing.removeAll(keepingUpTo: 0) }
    if plain.isEmpty { plain.removeAll(keepingUpTo: 0) }
  }

  /// Closes at once, without a word to the owner.
  public func close() {
    guard isOpen else { return }
    isOpen = false
    if let token { loop.deregister(socket.descriptor, token) }
    token = nil
    if let linger { loop.cancel(linger.timer) }
    linger = nil
    socket.shutdown()
    owner = nil
  }

  /// What the peer's certificate says, once it has shown one.
  public var peerCertificate: PeerCertificate? { tls?.peerCertificate }
  /// What ALPN settled on.
  public var negotiatedProtocol: String? { tls?.negotiatedProtocol }
  /// The process at the other end of a unix socket.
  public var peerCredentials: (processID: Int32, userID: UInt32, groupID: UInt32)? {
    socket.peerCredentials
  }
}

/// The connection above a byte stream.
public protocol ByteStreamOwner: AnyObject {
  /// A client's connection is made, and secured where it should be.
  func streamIsReady()

  /// Bytes arrived.
  func received(_ bytes: RawSpan)

  /// The peer will send no more. False closes the connection.
  func inputEnded() -> Bool

  /// Whether bytes that arrive now would find a place.
  var wantsInput: Bool { get }

  /// Appends what should be sent next to `output`, until that holds `limit` bytes.
  func produce(into output: inout ByteQueue, limit: Int)

  /// Everything that was produced is written.
  func sentEverything()

  /// The stream has ended and is closed. Not called after ``ByteStream/close()``.
  func streamEnded(_ reason: StreamEnd)
}

extension ByteStreamOwner {
  public func inputEnded() -> Bool { false }
}

/// Why a byte stream ended.
public enum StreamEnd: Error, Sendable {
  case closedByPeer
  /// It was closed after everything was sent.
  case closedHere
  case system(SystemError)
  case tls(TLSError)
}

extension StreamEnd: CustomStringConvertible {
  public var description: String {
    switch self {
    case .closedByPeer: "the peer closed the connection"
    case .closedHere: "the connection was closed"
    case .system(let error): "\(error)"
    case .tls(let error): "TLS: \(error)"
    }
  }
}

// MARK: - Input

extension ByteStream {
  public func ready(_ events: ReadyEvents) {
    if isConnecting {
      finishConnecting()
      return
    }
    if events.contains(.readable) || !events.isDisjoint(with: .hungUp) {
      readOnce()
    }
    if isOpen, events.contains(.writable) { flush() }
  }

  private func finishConnecting() {
    let code = socket.pendingError
    guard code == 0 else {
      end(.system(SystemError(call: "connect", code: code)))
      return
    }
    isConnecting = false
    do {
      try startTLS()
    } catch {
      end(.tls(error))
      return
    }
    if tls == nil { owner?.streamIsReady() }
    updateWatch()
    setNeedsFlush()
  }

  private func startTLS() throws(TLSError) {
    guard case .client(let context, let serverName) = security, tls == nil else { return }
    var session = try TLS.Session(client: context, serverName: serverName)
    try session.start(ciphertext: &outgoing)
    tls = consume session
    setNeedsFlush()
  }

  private func readOnce() {
    switch unsafe socket.read(into: loop.readBuffer) {
    case .bytes(let count):
      take(unsafe UnsafeRawBufferPointer(rebasing: loop.readBuffer[..<count]).bytes)
      if isOpen { updateWatch() }
    case .wouldBlock: break
    case .ended: inputEnded()
    case .failed(let code): end(.system(SystemError(call: "read", code: code)))
    }
  }

  private func inputEnded() {
    guard !inputHasEnded, linger == nil, tls == nil, owner?.inputEnded() ?? false else {
      return end(.closedByPeer)
    }
    inputHasEnded = true
    updateWatch()
    setNeedsFlush()
  }

  private func take(_ bytes: RawSpan) {
    guard linger == nil else {
      linger?.left -= bytes.byteCount
      if linger?.left ?? 0 < 0 { end(.closedHere) }
      return
    }
    if tls == nil { detect(bytes) }
    guard tls != nil else {
      owner?.received(bytes)
      return
    }
    do {
      let progress = try tls?.receive(bytes, plaintext: &decrypted, ciphertext: &outgoing)
      if !isSecured, progress != .handshaking {
        isSecured = true
        if case .client = security { owner?.streamIsReady() }
      }
      if outgoing.count > 0 { setNeedsFlush() }
      let plaintext = exchange(&decrypted, with: ByteQueue())
      plaintext.withBytes { if !$0.isEmpty { owner?.received($0) } }
      if progress == .peerClosed, isOpen { end(.closedByPeer) }
    } catch {
      // The alert that says why goes out before the end, as far as the socket takes it.
      _ = outgoing.withBytes { socket.write($0) }
      end(.tls(error))
    }
  }

  /// A server's first look at what the client speaks.
  private func detect(_ bytes: RawSpan) {
    let handshakeRecord: UInt8 = 0x16
    switch security {
    case .none, .client: break
    case .detected(let context):
      if unsafe bytes.unsafeLoad(as: UInt8.self) == handshakeRecord {
        tls = TLS.Session(server: context)
      }
      security = .none
    case .required(let context):
      tls = TLS.Session(server: context)
      security = .none
    }
  }

  private func updateWatch() {
    guard let token, isOpen, !isConnecting else { return }
    var wanted: ReadyEvents = []
    if !inputHasEnded, owner?.wantsInput ?? false || linger != nil { wanted.insert(.readable) }
    if !outgoing.isEmpty, stalledSince != nil { wanted.insert(.writable) }
    guard wanted != watched else { return }
    watched = wanted
    loop.watch(socket.descriptor, token, for: wanted)
  }
}

// MARK: - Output

extension ByteStream {
  /// How much is gathered for one write: few system calls, and bytes that are still in the cache when
  /// the kernel copies them.
  private static let gatherSize = 128 << 10

  public func flush() {
    isFlushPending = false
    while isOpen, !isConnecting {
      if outgoing.count < Self.gatherSize, !isClosing { gather() }
      guard isOpen else { return }
      guard !outgoing.isEmpty else { break }
      switch outgoing.withBytes({ socket.write($0) }) {
      case .bytes(let count):
        outgoing.drop(count)
        stalledSince = nil
      case .wouldBlock:
        if stalledSince == nil { stalledSince = loop.now }
        updateWatch()
        return
      case .ended: return
      case .failed(let code):
        end(.system(SystemError(call: "write", code: code)))
        return
      }
    }
    guard isOpen else { return }
    if isClosing {
      startLingering()
    } else {
      updateWatch()
      owner?.sentEverything()
    }
  }

  private func gather() {
    guard tls != nil else {
      owner?.produce(into: &outgoing, limit: Self.gatherSize)
      return
    }
    guard isSecured else { return }
    owner?.produce(into: &plain, limit: Self.gatherSize)
    guard isOpen, !plain.isEmpty else { return }
    do {
      try tls?.send(&plain, ciphertext: &outgoing)
    } catch {
      end(.tls(error))
    }
  }

  /// Says that nothing more will come, and lets pass what the peer had on its way.
  private func startLingering() {
    guard linger == nil else { return }
    if tls != nil {
      tls?.close(ciphertext: &outgoing)
      _ = outgoing.withBytes { socket.write($0) }
      outgoing.removeAll()
    }
    if case .client = security { return end(.closedHere) }
    guard !inputHasEnded else { return end(.closedHere) }
    socket.shutdownOutput()
    let timer = LoopTimer(target: self)
    linger = Linger(timer: timer)
    loop.set(timer, after: Linger.time)
    updateWatch()
  }

  public func fired(_ timer: LoopTimer) {
    end(.closedHere)
  }

  private func end(_ reason: StreamEnd) {
    guard isOpen else { return }
    let owner = owner
    close()
    owner?.streamEnded(reason)
  }
}
