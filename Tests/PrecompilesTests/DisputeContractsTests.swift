import Foundation
import Precompiles
import Primitives
import Testing

/// The contracts of the disputes against the judge in Python (Tests/Contracts/precompiles.py), whose
/// answers `Tests/Contracts/vectors.py` wrote down.
@Suite
struct DisputeContractsTests {
  @Test
  func `agree with the judge, in output and gas`() throws {
    let vectors = try Vector.all()

    #expect(vectors.count > 150)
    for vector in vectors {
      let outcome = DisputeContracts.run(
        number: 0x4900 + vector.number, input: vector.input.span, gas: vector.gas)
      #expect(outcome == .success(gasUsed: vector.gas, output: vector.output), "\(vector.number)")
    }
  }

  @Test
  func `fail when the gas does not suffice`() {
    let input = [UInt8](repeating: 0, count: 100)
    for number in 0x4901...0x4905 as ClosedRange<UInt16> {
      let outcome = DisputeContracts.run(number: number, input: input.span, gas: 10)
      #expect(outcome == .failure)
    }
  }

  @Test
  func `are nowhere else`() {
    #expect(DisputeContracts.number(at: 0x41_4900) == nil)
    #expect(DisputeContracts.number(at: 0x41_4901) == 0x4901)
    #expect(DisputeContracts.number(at: 0x41_4905) == 0x4905)
    #expect(DisputeContracts.number(at: 0x41_4906) == nil)
    let beyond = DisputeContracts.run(number: 0x4906, input: Span<UInt8>(), gas: .max)
    #expect(beyond == .failure)
    let ethereums = Precompiles.run(address: 0x4901, input: Span<UInt8>(), gas: .max, fork: .bpo2)
    #expect(ethereums == nil)
  }
}

private struct Vector {
  let number: UInt16
  let gas: Int64
  let input: [UInt8]
  let output: [UInt8]

  static func all() throws -> [Vector] {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "vectors/disputes.txt")
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { row in
      let fields = row.split(separator: " ")
      return Vector(
        number: try #require(UInt16(fields[0])), gas: try #require(Int64(fields[1])),
        input: fields[2] == "-" ? [] : try Hex.decode(fields[2]),
        output: fields[3] == "-" ? [] : try Hex.decode(fields[3]))
    }
  }
}
