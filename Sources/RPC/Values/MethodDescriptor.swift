/// What a method is, apart from its message types.
public struct MethodDescriptor: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    case unary, clientStreaming, serverStreaming, bidirectional
  }

  /// What may happen when a request arrives twice (google.protobuf.MethodOptions.IdempotencyLevel).
  public enum Idempotency: Hashable, Sendable {
    case unknown, noSideEffects, idempotent
  }

  /// The full name, such as `gensyn.ree.v1.ArtifactService`.
  public let service: String
  public let name: String
  public let kind: Kind
  public let idempotency: Idempotency
  /// `/service/name`, as it stands in a request.
  public let path: String

  public init(
    service: String, name: String, kind: Kind, idempotency: Idempotency = .unknown
  ) {
    self.service = service
    self.name = name
    self.kind = kind
    self.idempotency = idempotency
    path = "/\(service)/\(name)"
  }

  public var streamsRequests: Bool { kind == .clientStreaming || kind == .bidirectional }
  public var streamsResponses: Bool { kind == .serverStreaming || kind == .bidirectional }
}

/// A service: its name, its methods, and the schema that reflection hands out.
public struct ServiceDescriptor: Sendable {
  public let name: String
  public let methods: [MethodDescriptor]
  /// A serialized `google.protobuf.FileDescriptorSet`: the service's file and all it imports.
  public let schema: @Sendable () -> [UInt8]

  public init(
    name: String, methods: [MethodDescriptor], schema: @escaping @Sendable () -> [UInt8]
  ) {
    self.name = name
    self.methods = methods
    self.schema = schema
  }
}
