public import RPC
public import StandardSchema
internal import SwiftProtobuf

/// `grpc.reflection.v1.ServerReflection`: programs without schemas get them from here.
public struct ReflectionService: Grpc_Reflection_V1.ServerReflection {
  private let index: ReflectionIndex

  public init(_ index: ReflectionIndex) {
    self.index = index
  }

  public func serverReflectionInfo(
    _ requests: RequestStream<Grpc_Reflection_V1.ServerReflectionRequest>,
    to responses: ResponseWriter<Grpc_Reflection_V1.ServerReflectionResponse>, in call: ServerCall
  ) async throws {
    var sent: Set<String> = []
    for try await request in requests {
      try await responses.write(index.answer(request, sent: &sent))
    }
  }
}

/// The same under the name by which older programs ask for it.
public struct ReflectionAlphaService: Grpc_Reflection_V1alpha.ServerReflection {
  private let index: ReflectionIndex

  public init(_ index: ReflectionIndex) {
    self.index = index
  }

  public func serverReflectionInfo(
    _ requests: RequestStream<Grpc_Reflection_V1alpha.ServerReflectionRequest>,
    to responses: ResponseWriter<Grpc_Reflection_V1alpha.ServerReflectionResponse>,
    in call: ServerCall
  ) async throws {
    var sent: Set<String> = []
    for try await request in requests {
      // Both versions have the same bytes.
      let answer = index.answer(try request.converted(), sent: &sent)
      try await responses.write(answer.converted())
    }
  }
}

extension Message {
  fileprivate func converted<Other: Message>() throws -> Other {
    try Other(serializedBytes: serializedBytes() as [UInt8])
  }
}
