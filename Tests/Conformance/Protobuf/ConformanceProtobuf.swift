internal import Descriptors
internal import Foundation

/// The testee of protobuf's conformance suite: JSON to the wire and back, by descriptors alone.
///
/// Its one argument is a `FileDescriptorSet` with the suite's test messages.
@main
struct ConformanceProtobuf {
  let transcoder: Transcoder

  static func main() throws {
    guard CommandLine.arguments.count == 2 else {
      print("usage: conformance-protobuf DESCRIPTOR_SET")
      exit(64)
    }
    let set = try Data(contentsOf: URL(filePath: CommandLine.arguments[1]))
    let pool = try DescriptorPool(serializedSet: Array(set))
    let testee = ConformanceProtobuf(transcoder: Transcoder(pool: pool))
    while let request = try Frames.read() {
      try Frames.write(testee.response(to: request).bytes)
    }
  }

  func response(to bytes: [UInt8]) -> Response {
    guard let request = Request(bytes) else { return .runtimeError("not a request") }
    // The list of expected failures, which is empty.
    if request.messageType == "conformance.FailureSet" { return .protobuf([]) }
    var transcoder = transcoder
    transcoder.options.ignoreUnknown = request.ignoresUnknown
    switch (request.payload, request.output) {
    case (.json(let json), .protobuf): return wire(json, request, transcoder)
    case (.protobuf(let wire), .json):
      return self.json(wire, request, transcoder)
    case (.json(let json), .json):
      let wire = wire(json, request, transcoder)
      guard case .protobuf(let bytes) = wire else { return wire }
      return self.json(bytes, request, transcoder)
    case (.protobuf, .protobuf): return .skipped("the codec has JSON on one side")
    case (.unsupported, _), (_, nil): return .skipped("only protobuf and JSON")
    }
  }

  private func wire(_ json: [UInt8], _ request: Request, _ transcoder: Transcoder) -> Response {
    do {
      return .protobuf(try transcoder.wire(fromJSON: json.span, type: request.messageType))
    } catch {
      return .parseError("\(error)")
    }
  }

  private func json(_ wire: [UInt8], _ request: Request, _ transcoder: Transcoder) -> Response {
    do {
      return .json(try transcoder.json(from: wire.span, type: request.messageType))
    } catch {
      // What cannot be read is told apart from what JSON has no form for.
      guard case .unrepresentable = error.reason else { return .parseError("\(error)") }
      return .serializeError("\(error)")
    }
  }
}
