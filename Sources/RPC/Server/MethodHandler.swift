public import SwiftProtobuf

/// A method and the code that answers it.
public struct MethodHandler: Sendable {
  public let method: MethodDescriptor
  package let invoke: @Sendable (ServerCall) async throws -> Void

  /// A handler that works on bytes: it receives and sends through the call.
  public init(
    _ method: MethodDescriptor, invoke: @escaping @Sendable (ServerCall) async throws -> Void
  ) {
    self.method = method
    self.invoke = invoke
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
