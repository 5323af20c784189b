import InteropSchema
import RPC
import SwiftProtobuf
import Testing

@Suite
struct SchemaFileTests {
  @Test
  func `a service carries its file and all it imports, imports first`() throws {
    let set = try Google_Protobuf_FileDescriptorSet(
      serializedBytes: Grpc_Testing.TestServiceFake.descriptor.schema())

    #expect(
      set.file.map(\.name) == [
        "grpc/testing/empty.proto", "grpc/testing/messages.proto", "grpc/testing/test.proto",
      ])
    let service = try #require(set.file[2].service.first)
    #expect(
      service.method.map(\.name) == Grpc_Testing.TestServiceFake.descriptor.methods.map(\.name))
  }

  @Test
  func `a file that is imported twice comes once`() throws {
    let base = SchemaFile("base.proto", imports: [], base64: "CgpiYXNlLnByb3Rv")
    let left = SchemaFile("left.proto", imports: [base], base64: "CgpsZWZ0LnByb3Rv")
    let top = SchemaFile("top.proto", imports: [left, base], base64: "Cgl0b3AucHJvdG8=")

    let set = try Google_Protobuf_FileDescriptorSet(serializedBytes: top.descriptorSet())

    #expect(set.file.map(\.name) == ["base.proto", "left.proto", "top.proto"])
  }

  @Test
  func `comments above declarations are kept`() throws {
    let file = try Google_Protobuf_FileDescriptorProto(
      serializedBytes: Grpc_Testing.Files.test.descriptor)

    let comments = file.sourceCodeInfo.location.map(\.leadingComments)
    #expect(comments.contains { $0.contains("A simple service to test") })
    #expect(file.sourceCodeInfo.location.allSatisfy { $0.leadingDetachedComments.isEmpty })
  }

  @Test
  func `descriptors say what a method is`() {
    let method = Grpc_Testing.TestServiceMethods.fullDuplexCall

    #expect(method.path == "/grpc.testing.TestService/FullDuplexCall")
    #expect(method.kind == .bidirectional)
    #expect(method.idempotency == .unknown)
  }
}
