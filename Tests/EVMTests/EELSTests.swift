import EVMConformance
import Foundation
import Testing

/// Random programs with fixed seeds, whose results Ethereum's execution specification (PyPI's
/// ethereum-execution 2.20.0) has computed; a hundred thousand of them run with `make conformance-eels`.
@Suite
struct EELSTests {
  @Test
  func `agrees with the specification on gas, status, logs and roots`() throws {
    let url = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/eels.txt")
    let facts = try String(contentsOf: url, encoding: .utf8).split(separator: "\n")

    var different: [Int] = []
    for (seed, fact) in facts.enumerated() {
      let line = RandomCase(seed: UInt64(seed)).run()?.line ?? "refused"
      if line != fact { different.append(seed) }
    }

    #expect(facts.count == 300)
    #expect(different == [])
  }
}
