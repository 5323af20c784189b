import AwkwardSchema
import FoundationEssentials
import RPC
import SwiftProtobuf
import Testing

/// Calls by names that Swift would rather keep; that the schema compiles is half of the test.
@Suite
struct AwkwardTests {
  private let client = Awkward_V1.ThingClient(
    Client(
      transport: InProcessTransport(
        Router(services: [
          Awkward_V1.ThingFake_p {
            $0.onInit_p = { request, _ in request }
            $0.onSelf_p = { request, _ in request }
            $0.onDefault = { request, responses, _ in try await responses.write(request) }
            $0.onClient_p = { requests, _ in
              for try await _ in requests {}
              return .init()
            }
          }
        ]))))

  @Test
  func `fields become parameters whatever their names`() async throws {
    let response = try await client.init_p(
      options_p: "a", description: "b", request: "c", in: 4, `inout`: true, self_p: "d",
      default: "e", init_p: ["f": Data([1])], options: RPC.CallOptions(timeout: .seconds(60)))

    let expected = Awkward_V1.AwkwardRequest.with {
      $0.options = "a"
      $0.description_p = "b"
      $0.request = "c"
      $0.in = 4
      $0.inout = true
      $0.self_p = "d"
      $0.default = "e"
      $0.init_p = ["f": Data([1])]
    }
    #expect(response == expected)
  }

  @Test
  func `a parameter that is left out leaves its field unset`() async throws {
    #expect(try await client.init_p() == Awkward_V1.AwkwardRequest())
    #expect(try await client.self_p().hasType == false)
    #expect(try await client.self_p(type: .init()).hasType)
  }

  @Test
  func `types of other packages and nested types are parameters too`() async throws {
    let response = try await client.self_p(
      type: .with { $0.value = "nested" }, protocols: [.none], time: .init(seconds: 1))

    #expect(response.type.value == "nested")
    #expect(response.protocols == [Awkward_V1.ProtocolEnum.none])
    #expect(response.time.seconds == 1)
  }

  @Test
  func `a request with a choice is given as a message`() async throws {
    var texts: [Swift.String] = []
    for try await response in client.default(.with { $0.text = "one" }) {
      texts.append(response.text)
    }
    #expect(texts == ["one"])
  }

  @Test
  func `an array of requests is a stream`() async throws {
    #expect(try await client.client_p([.init(), .init()]) == Awkward_V1.TypeMessage())
  }

  @Test
  func `methods keep the schema's names on the wire`() {
    #expect(Awkward_V1.thing.methods.map(\.name).prefix(3) == ["Init", "Self", "Default"])
    #expect(Awkward_V1.ThingMethods.urlLookup.path == "/awkward.v1.Thing/URLLookup")
    #expect(Awkward_V1.empty.methods.isEmpty)
  }

  @Test
  func `imports that are generated nowhere are embedded`() throws {
    let set = try Google_Protobuf_FileDescriptorSet(serializedBytes: Awkward_V1.thing.schema())

    #expect(
      set.file.map(\.name) == [
        "google/protobuf/empty.proto", "google/protobuf/timestamp.proto", "awkward.proto",
      ])
  }
}
