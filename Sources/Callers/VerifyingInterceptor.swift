public import Primitives
public import RPC
internal import Sodium
internal import Synchronization

/// Finds out who calls, and turns away whoever claims to be somebody else.
///
/// `ServerCall.caller` is set when a signature or a certificate has proven it, before the handler
/// gets to see a message. A call that is signed wrongly fails even where nobody had to sign.
public final class VerifyingInterceptor: ServerInterceptor {
  private let configuration: Configuration
  private let clock: @Sendable () -> UnixTime
  private let replays: Mutex<ReplayCache>

  public struct Configuration: Sendable {
    /// The names that a call may be addressed to; none means that every one will do.
    public var audiences: Set<String> = []
    public var anonymous = AnonymousAccess()
    /// Whether a verified TLS certificate tells who calls where there is no signature.
    public var acceptsCertificates = true
    public var limits = Limits()

    public init() {}
  }

  public struct Limits: Sendable {
    /// How far ahead a signature may expire.
    public var lifetimeMax: Duration = .seconds(60)
    /// How much the clocks of caller and node may differ.
    public var clockSkewMax: Duration = .seconds(30)
    /// How many calls of one key are remembered, to tell when one comes again.
    public var noncesPerKeyMax = 131_072
    public var noncesMax = 2_000_000

    public init() {}
  }

  /// What callers may do whom nobody knows.
  public struct AnonymousAccess: Sendable {
    /// Whether they may call methods without side effects.
    public var mayRead = true
    public var mayWrite = false
    /// Services that are open to everybody, whatever their methods do.
    public var openServices: Set<String> = []

    public init() {}

    func allows(_ method: MethodDescriptor) -> Bool {
      if openServices.contains(method.service) { return true }
      return method.idempotency == .noSideEffects ? mayRead || mayWrite : mayWrite
    }
  }

  public init(
    _ configuration: Configuration, clock: @escaping @Sendable () -> UnixTime = UnixTime.now
  ) {
    self.configuration = configuration
    self.clock = clock
    let limits = configuration.limits
    // From the earliest moment at which a signature is accepted to the last one.
    let window = limits.lifetimeMax + limits.clockSkewMax + limits.clockSkewMax
    replays = Mutex(ReplayCache(window: window, limits: limits))
  }

  public func intercept(
    _ call: ServerCall, next: @Sendable (ServerCall) async throws -> Void
  ) async throws {
    let credentials: Credentials?
    do throws(Refusal) {
      credentials = try Credentials(call.metadata)
      if let credentials { try checkTimeAndAudience(credentials) }
    } catch {
      throw RPCError(error)
    }
    guard let credentials else { return try await next(try unsigned(call)) }
    guard !call.method.streamsRequests else {
      try prove(credentials, call, message: nil)
      return try await next(call)
    }
    let observed = call.observingRequests { bytes in
      var hash = SHA256()
      hash.update(bytes)
      try self.prove(credentials, call, message: hash.finished())
    }
    try await next(observed)
  }
}

extension VerifyingInterceptor {
  /// A call without a signature.
  private func unsigned(_ call: ServerCall) throws(RPCError) -> ServerCall {
    if configuration.acceptsCertificates, let certificate = call.peer.certificate {
      call.caller = .certificate(certificate.fingerprint)
      return call
    }
    guard configuration.anonymous.allows(call.method) else { throw RPCError(.signatureRequired) }
    return call
  }

  private func checkTimeAndAudience(_ credentials: Credentials) throws(Refusal) {
    let limits = configuration.limits
    let now = clock()
    let left = credentials.expires.elapsed(since: now)
    guard left + limits.clockSkewMax > .zero else { throw .expired }
    guard left <= limits.lifetimeMax + limits.clockSkewMax else {
      throw .expiresTooLate(limit: limits.lifetimeMax)
    }
    let audiences = configuration.audiences
    guard audiences.isEmpty || audiences.contains(credentials.audience) else {
      throw .wrongAudience(credentials.audience)
    }
  }

  private func prove(
    _ credentials: Credentials, _ call: ServerCall, message: [UInt8]?
  ) throws(RPCError) {
    do throws(Refusal) {
      guard credentials.verifies(path: call.method.path, message: message) else {
        throw Refusal.badSignature
      }
      // Reading twice does no harm, and lets clients try again.
      if call.method.idempotency != .noSideEffects {
        try replays.withLock { (replays) throws(Refusal) in
          try replays.insert(credentials.nonce, of: credentials.key.bytes, now: clock())
        }
      }
    } catch {
      throw RPCError(error)
    }
    call.caller = .ed25519(credentials.key.bytes)
  }
}
