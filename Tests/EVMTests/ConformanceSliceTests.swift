import EVMConformance
import Foundation
import Testing

private let conformanceFolder = ProcessInfo.processInfo.environment["GENSYN_CONFORMANCE"]

/// Every two hundredth of Ethereum's state tests; all of them run with `make conformance-evm`.
@Suite(.enabled(if: conformanceFolder != nil, "GENSYN_CONFORMANCE is not set"))
struct ConformanceSliceTests {
  @Test(arguments: ["osaka", "prague", "cancun"])
  func `passes a slice of the state tests`(fork: String) throws {
    let folder = try #require(conformanceFolder)
    let bytes = try TestData.zstandard("\(folder)/ethereum/\(fork).jsonl.zst")
    let lines = TestData.lines(bytes)

    var failures: [Verdict] = []
    for index in stride(from: 0, to: lines.count, by: 200) {
      let verdict = try StateTest(try JSON(bytes[lines[index]])).run()
      if verdict.failure != nil { failures.append(verdict) }
    }

    #expect(lines.count > 8000)
    #expect(failures.map(\.name) == [])
  }
}
