public import Buffers

/// One request and its response, whatever version of HTTP carries them.
///
/// A connection feeds what it receives into the exchange, which a server or a client subclasses,
/// and takes what waits in ``output``. Everything happens on the connection's event loop.
@safe
open class Exchange {
  @usableFromInline final let address: UnsafeMutablePointer<ExchangeState>
  private final let ownsState: Bool

  public init() {
    unsafe address = .allocate(capacity: 1)
    unsafe address.initialize(to: ExchangeState())
    ownsState = true
  }

  /// For a subclass that keeps the state elsewhere: at `address`, for as long as the exchange lives.
  @unsafe
  public init(stateAt address: UnsafeMutablePointer<ExchangeState>) {
    unsafe self.address = unsafe address
    ownsState = false
  }

  deinit {
    guard ownsState else { return }
    unsafe address.deinitialize(count: 1)
    unsafe address.deallocate()
  }

  /// Whether the header block is an interim (1xx) response's.
  package var isInterimResponse: Bool {
    guard let index = headers.firstIndex(of: ":status") else { return false }
    return headers.withField(at: index) { _, value in
      unsafe value.byteCount == 3 && value.unsafeLoad(as: UInt8.self) == UInt8(ascii: "1")
    }
  }

  /// The whole header block is in ``headers``. On a client, interim responses do not appear here.
  open func receivedHeaders(isLast: Bool) {}

  /// Part of the body arrived. The bytes count against the peer's window until ``ExchangeCarrier``
  /// is told that they are consumed.
  open func received(_ body: RawSpan) {}

  /// Nothing more will arrive: the body is complete and any trailers are in ``trailerFields``.
  open func receivedEnd() {}

  /// The carrier took bytes from ``output``.
  open func outputShrank() {}

  /// The exchange is over, completely or because of `reason`. Nothing is called after it.
  open func ended(_ reason: EndReason) {}
}

// MARK: - State

/// What a carrier and an exchange tell one another, in one value at an address of its own: what
/// callbacks touch so often is counted and checked by nobody.
public struct ExchangeState: ~Copyable {
  @usableFromInline var headers = HeaderList()
  @usableFromInline var trailerFields = HeaderList()
  @usableFromInline var output = ByteQueue()
  @usableFromInline var outputHasEnded = false
  @usableFromInline var outputTrailers: HeaderList?
  @usableFromInline var carrier: (any ExchangeCarrier)?
  @usableFromInline var id: Int32 = 0
  @usableFromInline var isStalled = false
  @usableFromInline var headersAreTooLarge = false
  @usableFromInline var slot = -1
  @usableFromInline var headersAreComplete = false
  @usableFromInline var wasResetHere = false

  public init() {}

  /// A new state that has nothing of an old one but its storage.
  public init(reusing old: consuming ExchangeState) {
    headers = old.headers
    headers.removeAll()
    output = old.output
    output.removeAll(keepingUpTo: 4096)
  }
}

extension Exchange {
  /// What the peer's header block held: a request's fields on a server, a response's on a client.
  @inlinable
  public final var headers: HeaderList {
    @inline(__always) _read { yield unsafe address.pointee.headers }
    @inline(__always) _modify { yield unsafe &address.pointee.headers }
  }

  /// The peer's trailer fields, after the body.
  @inlinable
  public final var trailerFields: HeaderList {
    @inline(__always) _read { yield unsafe address.pointee.trailerFields }
    @inline(__always) _modify { yield unsafe &address.pointee.trailerFields }
  }

  /// Body bytes that wait to be sent.
  @inlinable
  public final var output: ByteQueue {
    @inline(__always) _read { yield unsafe address.pointee.output }
    @inline(__always) _modify { yield unsafe &address.pointee.output }
  }

  /// Whether nothing will be added to ``output`` any more.
  @inlinable
  public final var outputHasEnded: Bool {
    get { unsafe address.pointee.outputHasEnded }
    set { unsafe address.pointee.outputHasEnded = newValue }
  }

  /// Fields to send after the body. HTTP/1.1 drops them: protocols that run over it put theirs
  /// into the body.
  @inlinable
  public final var outputTrailers: HeaderList? {
    @inline(__always) _read { yield unsafe address.pointee.outputTrailers }
    @inline(__always) _modify { yield unsafe &address.pointee.outputTrailers }
  }

  /// Who carries the exchange; nil once it is over. Strong, because a weak reference would make
  /// every count of the carrier slow; carriers let go of exchanges when they end.
  @inlinable
  public final var carrier: (any ExchangeCarrier)? {
    get { unsafe address.pointee.carrier }
    set { unsafe address.pointee.carrier = newValue }
  }

  /// The carrier's number for it: the stream identifier on HTTP/2.
  @inlinable
  public final var id: Int32 {
    get { unsafe address.pointee.id }
    set { unsafe address.pointee.id = newValue }
  }

  /// Whether the carrier found nothing to send and waits to be told of more.
  @inlinable
  public final var isStalled: Bool {
    get { unsafe address.pointee.isStalled }
    set { unsafe address.pointee.isStalled = newValue }
  }

  /// Whether the header block was larger than the carrier's limit; what was over is missing.
  @inlinable
  public final var headersAreTooLarge: Bool {
    get { unsafe address.pointee.headersAreTooLarge }
    set { unsafe address.pointee.headersAreTooLarge = newValue }
  }

  // What carriers note about the exchange.
  @inlinable
  package final var slot: Int {
    get { unsafe address.pointee.slot }
    set { unsafe address.pointee.slot = newValue }
  }

  @inlinable
  package final var headersAreComplete: Bool {
    get { unsafe address.pointee.headersAreComplete }
    set { unsafe address.pointee.headersAreComplete = newValue }
  }

  @inlinable
  package final var wasResetHere: Bool {
    get { unsafe address.pointee.wasResetHere }
    set { unsafe address.pointee.wasResetHere = newValue }
  }
}

/// Why an exchange is over.
public enum EndReason: Hashable, Sendable {
  /// Both sides said all they had to say.
  case completed
  /// The peer ended it with an HTTP/2 error code (RFC 9113 section 7).
  case reset(UInt32)
  /// The peer said that it did not and will not look at the request.
  case refused
  /// The connection is gone.
  case connectionLost
}

/// A connection as an exchange sees it.
public protocol ExchangeCarrier: AnyObject {
  /// `2` or `1.1`.
  var httpVersion: HTTPVersion { get }

  /// Sends a response's header block; the body follows from the exchange's output.
  func respond(_ exchange: Exchange, _ headers: borrowing HeaderList)

  /// Says that there is something new in the exchange's output, or that it has ended.
  func outputGrew(_ exchange: Exchange)

  /// Says that `count` received bytes are out of the way, so that the peer may send as many.
  func consumed(_ count: Int, by exchange: Exchange)

  /// Ends the exchange with an HTTP/2 error code. HTTP/1.1 closes the connection.
  func reset(_ exchange: Exchange, code: UInt32)
}

public enum HTTPVersion: String, Hashable, Sendable {
  case http1 = "1.1"
  case http2 = "2"
}

/// Error codes of HTTP/2 (RFC 9113 section 7).
public enum HTTP2Code {
  public static let noError: UInt32 = 0
  public static let protocolError: UInt32 = 1
  public static let internalError: UInt32 = 2
  public static let flowControlError: UInt32 = 3
  public static let settingsTimeout: UInt32 = 4
  public static let streamClosed: UInt32 = 5
  public static let frameSizeError: UInt32 = 6
  public static let refusedStream: UInt32 = 7
  public static let cancel: UInt32 = 8
  public static let compressionError: UInt32 = 9
  public static let connectError: UInt32 = 10
  public static let enhanceYourCalm: UInt32 = 11
  public static let inadequateSecurity: UInt32 = 12
  public static let http11Required: UInt32 = 13
}
