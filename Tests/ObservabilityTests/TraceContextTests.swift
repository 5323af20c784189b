@testable import Observability
import RPC
import Synchronization
import Testing

@Suite
struct TraceContextTests {
  private let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

  @Test
  func `reads what the standard shows`() throws {
    let context = try #require(TraceContext(parent: parent, state: "congo=t61rcWkgMzE"))

    #expect(context.traceID == "4bf92f3577b34da6a3ce929d0e0e4736")
    #expect(context.spanID == "00f067aa0ba902b7")
    #expect(context.isSampled)
    #expect(context.parent == parent)
    #expect(context.state == "congo=t61rcWkgMzE")
  }

  @Test(arguments: [
    "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
    "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
    "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
    "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
    "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-+1",
    "0-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
  ])
  func `refuses what the standard refuses`(text: String) {
    #expect(TraceContext(parent: text) == nil)
  }

  @Test
  func `a later version may say more`() {
    #expect(TraceContext(parent: "01" + parent.dropFirst(2) + "-more") != nil)
    #expect(TraceContext(parent: "01" + parent.dropFirst(2)) != nil)
  }

  @Test
  func `a child keeps the trace and has its own span`() throws {
    var random = SystemRandomNumberGenerator()
    let context = try #require(TraceContext(parent: parent, state: "a=b"))

    let child = context.child(random: &random)

    #expect(child.traceID == context.traceID)
    #expect(child.spanID != context.spanID)
    #expect(child.state == "a=b")
    #expect(child.isSampled)
  }

  @Test
  func `flags that nobody knows are not passed on`() {
    let context = TraceContext(parent: parent.dropLast(2) + "ff")

    #expect(context?.parent == parent)
  }

  @Test
  func `a call goes on with its caller's trace, and so do the calls that it makes`() async throws {
    let inner = Tracing()
    let innerClient = Client(
      transport: InProcessTransport(
        Router(services: [inner], interceptors: [TraceServerInterceptor()])),
      interceptors: [TraceClientInterceptor()])
    let outer = Tracing { _ = try await innerClient.start(Tracing.method, message: []).next() }
    let client = Client(
      transport: InProcessTransport(
        Router(services: [outer], interceptors: [TraceServerInterceptor()])))

    let options = CallOptions(metadata: ["traceparent": parent, "tracestate": "a=b"])
    _ = try await client.start(Tracing.method, message: [], options: options).next()

    let first = try #require(outer.seen)
    let second = try #require(inner.seen)
    #expect(first.traceID == "4bf92f3577b34da6a3ce929d0e0e4736")
    #expect(second.traceID == first.traceID)
    #expect(second.state == "a=b")
    #expect(Set([first.spanID, second.spanID, "00f067aa0ba902b7"]).count == 3)
  }

  @Test
  func `a call without a trace, or with two, starts one`() async throws {
    let service = Tracing()
    let client = Client(
      transport: InProcessTransport(
        Router(services: [service], interceptors: [TraceServerInterceptor()])))

    _ = try await client.start(Tracing.method, message: []).next()
    let first = try #require(service.seen)
    var metadata: Metadata = ["traceparent": parent]
    metadata.append(parent, for: "traceparent")
    _ = try await client.start(
      Tracing.method, message: [], options: CallOptions(metadata: metadata)
    ).next()

    #expect(TraceContext(parent: first.parent) != nil)
    #expect(service.seen?.traceID != first.traceID)
    #expect(service.seen?.traceID != "4bf92f3577b34da6a3ce929d0e0e4736")
  }
}

/// A service that keeps the trace of its last call.
private final class Tracing: Service {
  static let method = MethodDescriptor(service: "test.Tracing", name: "Call", kind: .unary)
  static let descriptor = ServiceDescriptor(
    name: "test.Tracing", methods: [method], schema: { [] })

  private let last = Mutex<TraceContext?>(nil)
  private let action: @Sendable () async throws -> Void

  init(_ action: @escaping @Sendable () async throws -> Void = {}) {
    self.action = action
  }

  var seen: TraceContext? { last.withLock { $0 } }

  var handlers: [MethodHandler] {
    [
      MethodHandler(Self.method) { call in
        _ = try await call.receiveBytes()
        self.last.withLock { $0 = TraceContext.current }
        try await self.action()
        try await call.sendBytes([])
      }
    ]
  }
}
