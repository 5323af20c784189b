import RPC
import Testing

@testable import gensyn

@Suite
struct HeaderTextTests {
  private let text = HeaderText(environment: ["TOKEN": "secret", "A_1": "one"])

  private func read(_ arguments: String...) throws -> Metadata {
    var metadata = Metadata()
    for argument in arguments { try text.read(argument, into: &metadata) }
    return metadata
  }

  @Test
  func `a header is a name and a value`() throws {
    let metadata = try read("X-One: a:b ", "x-one:c")
    #expect(metadata.texts("x-one") == ["a:b", "c"])
  }

  @Test
  func `variables are put in their places`() throws {
    let metadata = try read("authorization: Bearer $TOKEN", "x: ${A_1}$$${A_1}x")
    #expect(metadata["authorization"] == "Bearer secret")
    #expect(metadata["x"] == "one$onex")
  }

  @Test
  func `bytes are written as base64, padded or not`() throws {
    let metadata = try read("x-bin: AQI=", "y-bin: AQI")
    #expect(metadata[binary: "x-bin"] == [1, 2])
    #expect(metadata[binary: "y-bin"] == [1, 2])
  }

  @Test
  func `a file holds one header a line`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/headers"
      try write("# mine\n\nx-a: 1\n x-b: $TOKEN\n", to: path)
      let metadata = try read("@\(path)")
      #expect(metadata.fields.map(\.name) == ["x-a", "x-b"])
      #expect(metadata["x-b"] == "secret")
    }
  }

  @Test(arguments: [
    "no colon", "x: $NOT_SET", "x: ${TOKEN", "x: $", "x-bin: §", "grpc-timeout: 1S", "x: ä",
    "bad name: 1", "@/nonexistent/headers",
  ])
  func `what cannot be sent is refused`(argument: String) {
    #expect(throws: UserError.self) { try read(argument) }
  }
}
