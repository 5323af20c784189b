internal import Foundation
internal import RPCReplay

/// Replays the RPC tests of `ethereum/execution-apis`: `conformance-rpc-replay FOLDER [--only TEXT]`.
@main
struct ConformanceRPCReplay {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count >= 2 else {
      print("usage: conformance-rpc-replay FOLDER [--only TEXT]")
      exit(2)
    }
    let only = arguments.firstIndex(of: "--only").map { arguments[$0 + 1] } ?? ""
    let suite = try ReplaySuite(folder: arguments[1])
    let cases = try ReplayCase.all(folder: arguments[1])
    var (passed, exact, total) = (0, 0, 0)
    for test in cases {
      let verdict = suite.run(test)
      guard only.isEmpty || test.name.contains(only) else { continue }
      total += 1
      if let failure = verdict.failure {
        print("FAIL \(test.name)\(failure)")
      } else {
        passed += 1
        exact += verdict.isExact ? 1 : 0
      }
    }
    print("\(exact) of them equal in every value; the others are given by their form alone")
    print("conformance-rpc-replay: \(passed)/\(total)")
    exit(passed == total ? 0 : 1)
  }
}
