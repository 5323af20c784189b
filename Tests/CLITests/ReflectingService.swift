import Descriptors
import Foundation
import InteropService
import RPC
import StandardSchema
import SwiftProtobuf

/// Server reflection as old servers have it: only `v1alpha`, and one file at a time.
struct ReflectingService {
  private let pool: DescriptorPool
  private let services: [String]

  typealias Request = Grpc_Reflection_V1alpha.ServerReflectionRequest
  typealias Response = Grpc_Reflection_V1alpha.ServerReflectionResponse

  init(_ services: [RPC.ServiceDescriptor]) throws {
    var pool = DescriptorPool()
    for service in services {
      for file in try DescriptorPool(serializedSet: service.schema()).allFiles {
        try pool.add(file)
      }
    }
    self.pool = pool
    self.services = services.map(\.name)
  }

  var service: Grpc_Reflection_V1alpha.ServerReflectionFake {
    Grpc_Reflection_V1alpha.ServerReflectionFake { fake in
      fake.onServerReflectionInfo = { requests, responses, _ in
        for try await request in requests { try await responses.write(answer(request)) }
      }
    }
  }

  private func answer(_ request: Request) -> Response {
    switch request.messageRequest {
    case .listServices:
      return .with {
        $0.listServicesResponse.service = services.map { name in .with { $0.name = name } }
      }
    case .fileContainingSymbol(let symbol) where pool.service(named: symbol) != nil:
      return answer(pool.file(containing: symbol))
    case .fileByFilename(let name):
      return answer(pool.file(named: name))
    default:
      return answer(nil)
    }
  }

  private func answer(_ file: Google_Protobuf_FileDescriptorProto?) -> Response {
    guard let file, let bytes: [UInt8] = try? file.serializedBytes() else {
      return .with {
        $0.errorResponse.errorCode = 5
        $0.errorResponse.errorMessage = "not found"
      }
    }
    return .with { $0.fileDescriptorResponse.fileDescriptorProto = [Data(bytes)] }
  }
}
