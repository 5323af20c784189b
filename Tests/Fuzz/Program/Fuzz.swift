internal import EVMFuzz
internal import Foundation
internal import Fuzz

// Two programs from one source. With FUZZER it is libFuzzer's, which brings its own `main` and is
// told by FUZZ_TARGET what to run; without, it runs the given files once, as a regression test does.

private let targets: [String: @Sendable (RawSpan) -> Void] = [
  "deframer": fuzzDeframer, "fields": fuzzFields, "headers": fuzzHeaders,
  "decompressor": fuzzDecompressor, "base64": fuzzBase64Stream, "connect": fuzzConnect,
  "http2-server": fuzzHTTP2Server, "http2-client": fuzzHTTP2Client,
  "http1-server": fuzzHTTP1Server, "http1-client": fuzzHTTP1Client, "json": fuzzJSON,
  "wire": fuzzWire, "tls": fuzzTLS, "rlp": fuzzRLP, "transaction": fuzzTransaction,
  "block": fuzzBlock, "proof": fuzzProof, "code": fuzzCode,
]

#if FUZZER
  private let target: @Sendable (RawSpan) -> Void = {
    let name = ProcessInfo.processInfo.environment["FUZZ_TARGET"] ?? ""
    guard let target = targets[name] else {
      fatalError("FUZZ_TARGET is one of \(targets.keys.sorted().joined(separator: " "))")
    }
    return target
  }()

  @_cdecl("LLVMFuzzerTestOneInput")
  public func testOneInput(_ start: UnsafeRawPointer?, _ count: Int) -> Int32 {
    target(unsafe UnsafeRawBufferPointer(start: start, count: count).bytes)
    return 0
  }
#else
  @main
  struct Replay {
    static func main() throws {
      let arguments = CommandLine.arguments.dropFirst()
      guard let name = arguments.first, let target = targets[name] else {
        print(
          "usage: fuzz TARGET FILE...; targets: \(targets.keys.sorted().joined(separator: " "))")
        exit(64)
      }
      for path in arguments.dropFirst() {
        let bytes = Array(try Data(contentsOf: URL(filePath: path)))
        unsafe target(bytes.span.bytes)
      }
    }
  }
#endif
