import Foundation
import GRPCCore
import GRPCProtobuf

/// `grpc.testing.TestService`, registered by hand as generated code would do it.
struct TestService: RegistrableRPCService {
  func registerMethods(with router: inout RPCRouter<some ServerTransport>) {
    router.registerHandler(
      forMethod: .named("UnaryCall"),
      deserializer: ProtobufDeserializer<Grpc_Testing_SimpleRequest>(),
      serializer: ProtobufSerializer<Grpc_Testing_SimpleResponse>()
    ) { request, _ in
      let request = try await ServerRequest(stream: request)
      return StreamingServerResponse(single: unaryCall(request))
    }
    router.registerHandler(
      forMethod: .named("StreamingOutputCall"),
      deserializer: ProtobufDeserializer<Grpc_Testing_StreamingOutputCallRequest>(),
      serializer: ProtobufSerializer<Grpc_Testing_StreamingOutputCallResponse>()
    ) { request, _ in
      let request = try await ServerRequest(stream: request)
      return streamingOutputCall(request)
    }
  }

  private func unaryCall(
    _ request: ServerRequest<Grpc_Testing_SimpleRequest>
  ) -> ServerResponse<Grpc_Testing_SimpleResponse> {
    var response = Grpc_Testing_SimpleResponse()
    response.payload.body = Data(count: Int(request.message.responseSize))
    return ServerResponse(message: response)
  }

  private func streamingOutputCall(
    _ request: ServerRequest<Grpc_Testing_StreamingOutputCallRequest>
  ) -> StreamingServerResponse<Grpc_Testing_StreamingOutputCallResponse> {
    StreamingServerResponse { writer in
      for parameters in request.message.responseParameters {
        var response = Grpc_Testing_StreamingOutputCallResponse()
        response.payload.body = Data(count: Int(parameters.size))
        try await writer.write(response)
      }
      return [:]
    }
  }
}

extension MethodDescriptor {
  fileprivate static func named(_ method: String) -> MethodDescriptor {
    MethodDescriptor(fullyQualifiedService: "grpc.testing.TestService", method: method)
  }
}

/// Writes out what ``print`` has kept.
func flushOutput() throws {
  guard fflush(nil) == 0 else { throw POSIXError(.EIO) }
}
