/// Finds the handler for a call and runs it behind the interceptors.
public struct Router: Sendable {
  private var routes = RouteTable()
  public private(set) var services: [ServiceDescriptor] = []
  private let interceptors: [any ServerInterceptor]
  /// Called with an error that a handler did not mean for the caller's eyes.
  private let report: @Sendable (MethodDescriptor, any Error) -> Void

  public init(
    services: [any Service], interceptors: [any ServerInterceptor] = [],
    report: @escaping @Sendable (MethodDescriptor, any Error) -> Void = { _, _ in }
  ) {
    self.interceptors = interceptors
    self.report = report
    for service in services {
      self.services.append(type(of: service).descriptor)
      for handler in service.handlers { routes.insert(handler) }
    }
  }

  /// The handler for `/service/method`.
  package func handler(for path: String) -> MethodHandler? {
    unsafe handler(for: path.utf8.span.bytes)
  }

  package func handler(for path: RawSpan) -> MethodHandler? {
    routes.handler(for: path)
  }

  /// Why no handler was found.
  package func unimplemented(_ path: String) -> RPCError {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].isEmpty, !parts[1].isEmpty, !parts[2].isEmpty else {
      return RPCError(.unimplemented, "the path is not of the form /service/method")
    }
    guard services.contains(where: { $0.name == parts[1] }) else {
      return RPCError(.unimplemented, "service \(parts[1]) is not served here")
    }
    return RPCError(.unimplemented, "service \(parts[1]) has no method \(parts[2])")
  }

  /// Answers the call and returns what it ended with, nil for success.
  package func serve(_ stream: any ServerStream, with handler: MethodHandler) async -> RPCError? {
    let call = ServerCall(stream)
    do {
      try await ServerCall.$current.withValue(call) {
        if interceptors.isEmpty {
          try await handler.invoke(call)
        } else {
          try await run(call, handler, from: 0)
        }
      }
      return nil
    } catch {
      return outcome(of: call, error)
    }
  }

  /// What the caller gets to see of what a handler threw.
  private func outcome(of call: ServerCall, _ error: any Error) -> RPCError {
    guard var error = error as? RPCError else {
      let mapped = RPCError(thrown: error, deadline: call.deadline)
      if mapped.code == .unknown { report(call.method, error) }
      return mapped
    }
    if error.cause != nil { report(call.method, error) }
    // An error of a call that the handler made says this about that call, not about ours.
    error.isUnprocessed = false
    error.attempts = []
    return error
  }

  @Sendable
  private func run(_ call: ServerCall, _ handler: MethodHandler, from index: Int) async throws {
    guard index < interceptors.count else { return try await handler.invoke(call) }
    try await interceptors[index].intercept(call) { call in
      try await run(call, handler, from: index + 1)
    }
  }
}
