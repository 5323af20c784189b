public import SwiftProtobuf

/// A method and the code that answers it.
public struct MethodHandler: Sendable {
  private let parts: Parts

  public var method: MethodDescriptor { parts.method }
  package var streamsRequests: Bool { parts.method.streamsRequests }
  package var invoke: @Sendable (ServerCall) async throws -> Void { parts.invoke }

  /// In an object, so that finding the handler of a call counts one reference and not six.
  private final class Parts: Sendable {
    let method: MethodDescriptor
    let invoke: @Sendable (ServerCall) async throws -> Void

    init(
      _ method: MethodDescriptor, _ invoke: @escaping @Sendable (ServerCall) async throws -> Void
    ) {
      self.method = method
      self.invoke = invoke
    }
  }

  /// A handler that works on bytes: it receives and sends through the call.
  public init(
    _ method: MethodDescriptor, invoke: @escaping @Sendable (ServerCall) async throws -> Void
  ) {
    parts = Parts(method, invoke)
  }
}

extension MethodHandler {
  public static func unary<Request: Message, Response: Message>(
    _ method: MethodDescriptor,
    _ body: @escaping @Sendable (Request, ServerCall) async throws -> Response
  ) -> MethodHandler {
    MethodHandler(method) { call in
      let response = try await body(call.receiveOnly(Request.self), call)
      try await call.send(response, compressed: nil)
    }
  }

  public static func clientStreaming<Request: Message, Response: Message>(
    _ method: MethodDescriptor,
    _ body: @escaping @Sendable (RequestStream<Request>, ServerCall) async throws -> Response
  ) -> MethodHandler {
    MethodHandler(method) { call in
      let response = try await body(RequestStream(call: call), call)
      try await call.send(response, compressed: nil)
    }
  }

  public static func serverStreaming<Request: Message, Response: Message>(
    _ method: MethodDescriptor,
    _ body: @escaping @Sendable (Request, ResponseWriter<Response>, ServerCall) async throws -> Void
  ) -> MethodHandler {
    MethodHandler(method) { call in
      try await body(call.receiveOnly(Request.self), ResponseWriter(call: call), call)
    }
  }

  public static func bidirectional<Request: Message, Response: Message>(
    _ method: MethodDescriptor,
    _ body:
      @escaping @Sendable (RequestStream<Request>, ResponseWriter<Response>, ServerCall)
      async throws -> Void
  ) -> MethodHandler {
    MethodHandler(method) { call in
      try await body(RequestStream(call: call), ResponseWriter(call: call), call)
    }
  }
}
