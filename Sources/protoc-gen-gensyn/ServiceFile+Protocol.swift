internal import SwiftProtobuf
internal import SwiftProtobufPluginLibrary

/// What a server conforms to, and the fake that does so in tests.
extension ServiceFile {
  func protocolSections(_ service: Service) -> [String] {
    let requirements = service.methods.map { method in
      "\(Documentation(of: method.descriptor).comment)\(signature(method))"
    }
    let body = requirements.joined(separator: "\n\n").indented()
    let declared = body.isEmpty ? "" : "\n\(body)\n"
    let comment = Documentation(of: service.descriptor).comment
    let handlers = service.methods.map { method in
      let labels =
        switch method.kind {
        case .unary, .clientStreaming: "_:in:"
        case .serverStreaming, .bidirectional: "_:to:in:"
        }
      let descriptor = "\(namespace.name).\(service.methodsName).\(method.name)"
      return ".\(method.kind.rawValue)(\(descriptor), self.\(method.name)(\(labels))),"
    }
    let list = handlers.isEmpty ? "[]" : "[\n\(handlers.joined(separator: "\n").indented())\n]"
    let header = "\(access)protocol \(service.name): \(options.module).Service"
    return [
      nested("\(comment)\(header) {\(declared)}"),
      """
      extension \(namespace.name).\(service.name) {
        \(access)static var descriptor: \(rpc("ServiceDescriptor")) { \(namespace.name).\(service.property) }

        \(access)var handlers: [\(rpc("MethodHandler"))] {
      \(list.indented(by: 2))
        }
      }
      """,
    ]
  }

  private func signature(_ method: Method) -> String {
    let call = "in call: \(rpc("ServerCall"))"
    let responses = "to responses: \(rpc("ResponseWriter"))<\(response(method))>"
    let requests = "_ requests: \(rpc("RequestStream"))<\(request(method))>"
    let request = "_ request: \(request(method))"
    let name = "func \(method.declaration)"
    return switch method.kind {
    case .unary: "\(name)(\(request), \(call)) async throws -> \(response(method))"
    case .clientStreaming: "\(name)(\(requests), \(call)) async throws -> \(response(method))"
    case .serverStreaming: "\(name)(\(request), \(responses), \(call)) async throws"
    case .bidirectional: "\(name)(\(requests), \(responses), \(call)) async throws"
    }
  }

  func fakeSection(_ service: Service) -> String {
    let properties = service.methods.map { method in
      "\(access)var \(method.fakeProperty): (\(closure(method)))?"
    }
    let methods = service.methods.map { method in
      let argument = method.descriptor.clientStreaming ? "requests" : "request"
      let arguments =
        method.descriptor.serverStreaming ? "\(argument), responses, call" : "\(argument), call"
      return """
        \(access)\(signature(method)) {
          guard let \(method.fakeProperty) else { throw \(rpc("RPCError")).unimplemented(\(service.methodsName).\(method.name)) }
          return try await \(method.fakeProperty)(\(arguments))
        }
        """
    }
    let body =
      properties + [""] + [
        """
        \(access)init(_ configure: (inout \(service.fakeName)) -> Void = { _ in }) {
          configure(&self)
        }
        """
      ] + methods.flatMap { ["", $0] }
    return nested(
      """
      /// \(service.name) for tests: each method answers with its closure, UNIMPLEMENTED without one.
      \(access)struct \(service.fakeName): \(service.name) {
      \(body.joined(separator: "\n").indented())
      }
      """)
  }

  private func closure(_ method: Method) -> String {
    let request =
      method.descriptor.clientStreaming
      ? "\(rpc("RequestStream"))<\(request(method))>" : request(method)
    let call = rpc("ServerCall")
    let sendable = "@\(swift("Sendable"))"
    guard method.descriptor.serverStreaming else {
      return "\(sendable) (\(request), \(call)) async throws -> \(response(method))"
    }
    let responses = "\(rpc("ResponseWriter"))<\(response(method))>"
    return "\(sendable) (\(request), \(responses), \(call)) async throws -> \(swift("Void"))"
  }
}
