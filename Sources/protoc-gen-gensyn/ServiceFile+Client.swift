internal import SwiftProtobuf
internal import SwiftProtobufPluginLibrary

/// What callers use.
extension ServiceFile {
  func clientSection(_ service: Service) -> String {
    let comment = Documentation(of: service.descriptor).comment
    let methods = service.methods.flatMap { method in
      ["", whole(method, service)] + (flattened(method).map { ["", parameters($0, method)] } ?? [])
        + (method.descriptor.clientStreaming ? ["", sequence(method, service)] : [])
    }
    return nested(
      """
      \(comment)\(access)struct \(service.clientName): \(swift("Sendable")) {
        \(access)let client: \(options.module).Client

        \(access)init(_ client: \(options.module).Client) {
          self.client = client
        }
      \(methods.joined(separator: "\n").indented())
      }
      """)
  }

  private var optionsParameter: String {
    "options: \(rpc("CallOptions")) = \(rpc("CallOptions"))()"
  }

  /// What follows the parameters.
  private func result(_ method: Method) -> String {
    method.descriptor.serverStreaming
      ? "-> \(rpc("ResponseStream"))<\(response(method))>"
      : "async throws(\(rpc("RPCError"))) -> \(response(method))"
  }

  private func attributes(_ method: Method) -> String {
    method.descriptor.options.deprecated ? "@available(*, deprecated)\n" : ""
  }

  private func call(_ method: Method, _ service: Service, _ argument: String) -> String {
    let wait = method.descriptor.serverStreaming ? "" : "try await "
    return
      "\(wait)client.\(method.kind.rawValue)(\(service.methodsName).\(method.name), \(argument), options: options)"
  }

  /// The method with its request as one value: a message, or an asynchronous sequence of them.
  private func whole(_ method: Method, _ service: Service) -> String {
    let comment = Documentation(of: method.descriptor).comment
    guard method.descriptor.clientStreaming else {
      return """
        \(comment)\(attributes(method))\(access)func \(method.declaration)(
          _ request: \(request(method)), \(optionsParameter)
        ) \(result(method)) {
          \(call(method, service, "request"))
        }
        """
    }
    return """
      \(comment)\(attributes(method))\(access)func \(method.declaration)<Requests: \(swift("AsyncSequence")) & \(swift("Sendable"))>(
        _ requests: Requests, \(optionsParameter)
      ) \(result(method)) where Requests.Element == \(request(method)) {
        \(call(method, service, "requests"))
      }
      """
  }

  /// The method with requests that are all there already.
  private func sequence(_ method: Method, _ service: Service) -> String {
    let comment = Documentation(of: method.descriptor).comment
    return """
      \(comment)\(attributes(method))\(access)func \(method.declaration)(
        _ requests: some \(swift("Sequence"))<\(request(method))> & \(swift("Sendable")), \(optionsParameter)
      ) \(result(method)) {
        \(call(method, service, "requests"))
      }
      """
  }

  /// The method with the request's fields as parameters.
  private func parameters(_ flattened: FlattenedRequest, _ method: Method) -> String {
    let declarations = flattened.parameters.map(\.declaration) + [optionsParameter]
    let assignments = flattened.parameters.map { parameter in
      let assignment = "\(flattened.variable).\(parameter.property) = \(parameter.variable)"
      return parameter.defaultValue == nil
        ? "if let \(parameter.variable) { \(assignment) }" : assignment
    }
    let binding = assignments.isEmpty ? "let" : "var"
    let wait = method.descriptor.serverStreaming ? "return " : "return try await "
    let body =
      ["\(binding) \(flattened.variable) = \(request(method))()"] + assignments
      + ["\(wait)self.\(method.name)(\(flattened.variable), options: options)"]
    return """
      \(comment(flattened, method))\(attributes(method))\(access)func \(method.declaration)(
      \(declarations.joined(separator: ",\n").indented())
      ) \(result(method)) {
      \(body.joined(separator: "\n").indented())
      }
      """
  }

  private func comment(_ flattened: FlattenedRequest, _ method: Method) -> String {
    let comment = Documentation(of: method.descriptor).comment
    let documented = flattened.parameters.compactMap { parameter -> String? in
      let sentence = Documentation(of: parameter.field).sentence
      return sentence.isEmpty ? nil : "///   - \(parameter.label): \(sentence)\n"
    }
    guard !documented.isEmpty else { return comment }
    return (comment.isEmpty ? "" : comment + "///\n") + "/// - Parameters:\n" + documented.joined()
  }
}
