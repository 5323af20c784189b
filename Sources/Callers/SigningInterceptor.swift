public import Primitives
public import RPC
public import Sodium

/// Signs every call with the caller's key.
///
/// A signature is good for one call. So a call that may change something is not sent again once a
/// server may have begun to answer it; calls without side effects are.
public struct SigningInterceptor: ClientInterceptor {
  private let signer: Signer
  private let audience: String
  private let lifetime: Duration
  private let clock: @Sendable () -> UnixTime
  private let random: @Sendable (Int) -> [UInt8]

  /// Keeps the key, which can be neither copied nor printed.
  private final class Signer: Sendable {
    let key: Ed25519.SecretKey

    init(_ key: consuming Ed25519.SecretKey) {
      self.key = key
    }
  }

  /// - Parameters:
  ///   - audience: The node that is meant, if it has told its name; other nodes refuse the call.
  ///   - lifetime: How long after it was signed a call may arrive.
  public init(
    _ key: consuming Ed25519.SecretKey, audience: String = "", lifetime: Duration = .seconds(30),
    clock: @escaping @Sendable () -> UnixTime = UnixTime.now,
    random: @escaping @Sendable (Int) -> [UInt8] = randomBytes
  ) {
    signer = Signer(key)
    self.audience = audience
    self.lifetime = lifetime
    self.clock = clock
    self.random = random
  }

  public func intercept(
    _ request: ClientRequest,
    next: @Sendable (ClientRequest) async throws(RPCError) -> ClientResponse
  ) async throws(RPCError) -> ClientResponse {
    var request = request
    request.metadata.append(contentsOf: try sign(request))
    if request.method.idempotency != .noSideEffects { request.options.retry = .never }
    return try await next(request)
  }

  private func sign(_ request: ClientRequest) throws(RPCError) -> Metadata {
    var hash: [UInt8]?
    if !request.method.streamsRequests {
      guard let message = request.message else {
        throw RPCError(.internal, "\(request.method.path) can be signed only with its message")
      }
      hash = SHA256.hash(message.span)
    }
    let nonce = Nonce(random(16))
    let expires = clock().advanced(by: lifetime)
    let key = signer.key.publicKey
    let text = Credentials.text(
      path: request.method.path, audience: audience, nonce: nonce, expires: expires, key: key,
      message: hash)
    var metadata: Metadata = [
      Credentials.keyName: key.hex, Credentials.nonceName: nonce.hex,
      Credentials.expiresName: "\(expires.milliseconds)",
    ]
    if !audience.isEmpty { metadata[Credentials.audienceName] = audience }
    metadata[binary: Credentials.signatureName] = signer.key.sign(text.span).bytes
    return metadata
  }
}
