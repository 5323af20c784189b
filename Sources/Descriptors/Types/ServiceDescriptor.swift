/// A service and its methods.
public final class ServiceDescriptor: Sendable {
  public let fullName: String
  public let file: String
  public let methods: [MethodDescriptor]

  init(fullName: String, file: String, methods: [MethodDescriptor]) {
    self.fullName = fullName
    self.file = file
    self.methods = methods
  }

  public func method(named name: String) -> MethodDescriptor? {
    methods.first { $0.name == name }
  }
}

/// One method of a service.
public struct MethodDescriptor: Hashable, Sendable {
  /// What repeating a call may do.
  public enum Idempotency: Hashable, Sendable {
    case unknown, noSideEffects, idempotent
  }

  public let name: String
  /// The service's full name.
  public let service: String
  /// The full name of the request's type.
  public let input: String
  /// The full name of the response's type.
  public let output: String
  public let streamsInput: Bool
  public let streamsOutput: Bool
  public let idempotency: Idempotency

  /// `package.Service.Method`.
  public var fullName: String { "\(service).\(name)" }
  /// `/package.Service/Method`, as a call names it.
  public var path: String { "/\(service)/\(name)" }
}
