internal import Foundation
internal import RPC
internal import RPCClient

// The interoperability client: --server_host --server_port --test_case=NAME[,NAME]|all --use_tls
// --ca --server_host_override as grpc/grpc doc/interop-test-descriptions.md names them, and
// --wire=grpc|grpc-web|grpc-web-text|connect --http=1|2 --use_get --case_seconds for the rest.
// A line a case; the exit code says whether one failed.
let flags = Flags(CommandLine.arguments.dropFirst())

func run(_ name: String, _ body: @escaping Cases.Case) async -> Bool {
  func report(_ result: String) {
    FileHandle.standardOutput.write(Data("\(name): \(result)\n".utf8))
  }
  do {
    let configuration = try flags.channelConfiguration()
    let rpc = Client(transport: try Channel(flags.target, configuration))
    let cases = Cases(flags: flags, configuration: configuration, rpc: rpc)
    try await limited(.seconds(flags.number("case_seconds", 120))) { try await body(cases) }
    await rpc.close()
    report("ok")
    return true
  } catch let skip as Skip {
    report("skipped: \(skip.reason)")
    return true
  } catch {
    report("FAILED: \(error)")
    return false
  }
}

let wanted = flags["test_case"] ?? "all"
let names = Set(wanted.split(separator: ",").map(String.init))
let chosen =
  wanted == "all" ? Cases.all : (Cases.all + Cases.negative).filter { names.contains($0.name) }
guard wanted == "all" || chosen.count == names.count else {
  FileHandle.standardError.write(Data("--test_case=\(wanted) names an unknown case\n".utf8))
  exit(2)
}
var failed = 0
for (name, body) in chosen where await !run(name, body) { failed += 1 }
exit(failed == 0 ? 0 : 1)
