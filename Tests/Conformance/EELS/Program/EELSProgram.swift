import EVMConformance
import Foundation

/// Prints random cases with our results, for `run.py` to compare with the execution specification's.
///
/// usage: conformance-eels FIRST COUNT
@main
struct EELSProgram {
  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count == 3, let first = UInt64(arguments[1]), let count = UInt64(arguments[2])
    else {
      print("usage: conformance-eels FIRST COUNT")
      exit(2)
    }
    for seed in first..<first + count {
      let test = RandomCase(seed: seed)
      print("\(test.line) \(test.run()?.line ?? "refused")")
    }
  }
}
