@testable import Callers
import Primitives
import RPC
import Sodium
import Synchronization

/// A service that tells who called it.
struct Probe: Service {
  static let read = MethodDescriptor(
    service: "test.Probe", name: "Read", kind: .unary, idempotency: .noSideEffects)
  static let write = MethodDescriptor(
    service: "test.Probe", name: "Write", kind: .unary, idempotency: .idempotent)
  static let erase = MethodDescriptor(service: "test.Probe", name: "Erase", kind: .unary)
  static let upload = MethodDescriptor(
    service: "test.Probe", name: "Upload", kind: .clientStreaming)

  static let descriptor = ServiceDescriptor(
    name: "test.Probe", methods: [read, write, erase, upload], schema: { [] })

  /// What handlers got to see: they must see nothing of a call that is turned away.
  let seen = Seen()

  final class Seen: Sendable {
    let messages = Mutex<[[UInt8]]>([])
  }

  var handlers: [MethodHandler] {
    [Self.read, Self.write, Self.erase, Self.upload].map { method in
      MethodHandler(method) { call in
        while let message = try await call.receiveBytes() {
          seen.messages.withLock { $0.append(message) }
        }
        try await call.sendBytes(call.caller?.bytes ?? [])
      }
    }
  }
}

/// A node with a clock that stands still until it is told otherwise.
struct Node {
  let probe = Probe()
  let clock = TestClock()
  let transport: InProcessTransport

  init(_ configure: (inout VerifyingInterceptor.Configuration) -> Void = { _ in }) {
    var configuration = VerifyingInterceptor.Configuration()
    configure(&configuration)
    let clock = clock
    transport = InProcessTransport(
      Router(
        services: [probe],
        interceptors: [VerifyingInterceptor(configuration, clock: { clock.now })]))
  }

  func client(_ interceptors: any ClientInterceptor...) -> Client {
    Client(transport: transport, interceptors: interceptors)
  }

  func signing(
    _ seed: UInt8 = 1, audience: String = "", lifetime: Duration = .seconds(30)
  ) -> SigningInterceptor {
    let clock = clock
    return SigningInterceptor(
      makeKey(seed), audience: audience, lifetime: lifetime, clock: { clock.now })
  }

  var messages: [[UInt8]] { probe.seen.messages.withLock { $0 } }
}

/// The same key for the same seed.
func makeKey(_ seed: UInt8) -> Ed25519.SecretKey {
  guard let key = Ed25519.SecretKey(seed: [UInt8](repeating: seed, count: 32).span) else {
    preconditionFailure("a seed has 32 bytes")
  }
  return key
}

final class TestClock: Sendable {
  private let time = Mutex(UnixTime(milliseconds: 1_700_000_000_000))

  var now: UnixTime { time.withLock { $0 } }

  func advance(by duration: Duration) {
    time.withLock { $0 = $0.advanced(by: duration) }
  }
}

/// Changes a request after it was signed.
struct Tampering: ClientInterceptor {
  let change: @Sendable (inout ClientRequest) -> Void

  func intercept(
    _ request: ClientRequest,
    next: @Sendable (ClientRequest) async throws(RPCError) -> ClientResponse
  ) async throws(RPCError) -> ClientResponse {
    var request = request
    change(&request)
    return try await next(request)
  }
}

extension Client {
  /// Calls with one message, and returns whom the service took the caller for.
  func caller(_ method: MethodDescriptor, _ message: [UInt8] = [1, 2, 3]) async throws -> [UInt8] {
    let response = try await start(method, message: message)
    let bytes = try await response.next() ?? []
    while try await response.next() != nil {}
    return bytes
  }
}

extension RPCError {
  /// The reason that a program would look at.
  var reason: String? {
    for case .errorInfo(let detail) in details { return detail.reason }
    return nil
  }
}
