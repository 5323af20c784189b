public import Descriptors
internal import Foundation
public import RPC
internal import StandardSchema
internal import SwiftProtobuf

/// What reflection answers from: the schemas that the served services carry with them.
public struct ReflectionIndex: Sendable {
  private let pool: DescriptorPool
  private let services: [String]

  public init(_ services: [RPC.ServiceDescriptor]) throws(DescriptorError) {
    var pool = DescriptorPool()
    for service in services {
      let bytes = service.schema()
      guard let set = try? Google_Protobuf_FileDescriptorSet(serializedBytes: bytes) else {
        throw .malformed("the schema of \(service.name)")
      }
      for file in set.file { try pool.add(file) }
    }
    self.pool = pool
    self.services = services.map(\.name).sorted()
  }
}

extension ReflectionIndex {
  typealias Request = Grpc_Reflection_V1_ServerReflectionRequest
  typealias Response = Grpc_Reflection_V1_ServerReflectionResponse

  /// Answers one request of a stream; `sent` are the files that went over it before.
  func answer(_ request: Request, sent: inout Set<String>) -> Response {
    .with {
      $0.validHost = request.host
      $0.originalRequest = request
      $0.messageResponse = response(to: request, sent: &sent)
    }
  }

  private func response(
    to request: Request, sent: inout Set<String>
  ) -> Response.OneOf_MessageResponse {
    switch request.messageRequest {
    case .fileByFilename(let name):
      return files(pool.file(named: name), "file \(name)", sent: &sent)
    case .fileContainingSymbol(let symbol):
      return files(pool.file(containing: symbol), "symbol \(symbol)", sent: &sent)
    case .fileContainingExtension(let wanted):
      let number = Int(wanted.extensionNumber)
      return files(
        pool.file(containingExtension: number, of: wanted.containingType),
        "extension \(number) of \(wanted.containingType)", sent: &sent)
    case .allExtensionNumbersOfType(let type):
      guard pool.message(named: type) != nil else { return notFound("message \(type)") }
      return .allExtensionNumbersResponse(
        .with {
          $0.baseTypeName = type
          $0.extensionNumber = pool.extensionNumbers(of: type).map { Int32($0) }
        })
    case .listServices:
      return .listServicesResponse(
        .with { $0.service = services.map { name in .with { $0.name = name } } })
    case nil:
      return failure(.invalidArgument, "the request asks for nothing that is known here")
    }
  }

  /// The file first, then what it imports and the caller does not have yet.
  private func files(
    _ file: Google_Protobuf_FileDescriptorProto?, _ what: String, sent: inout Set<String>
  ) -> Response.OneOf_MessageResponse {
    guard let file else { return notFound(what) }
    let imports = pool.dependencies(ofFile: file.name).reversed().filter {
      $0.name != file.name && !sent.contains($0.name)
    }
    let files = [file] + imports
    sent.formUnion(files.map(\.name))
    do {
      let bytes = try files.map { try $0.serializedBytes() as Data }
      return .fileDescriptorResponse(.with { $0.fileDescriptorProto = bytes })
    } catch {
      return failure(.internal, "\(file.name) cannot be encoded")
    }
  }

  private func notFound(_ what: String) -> Response.OneOf_MessageResponse {
    failure(.notFound, "there is no \(what) here")
  }

  private func failure(
    _ code: Status.Code, _ message: String
  ) -> Response.OneOf_MessageResponse {
    .errorResponse(
      .with {
        $0.errorCode = Int32(code.rawValue)
        $0.errorMessage = message
      })
  }
}
