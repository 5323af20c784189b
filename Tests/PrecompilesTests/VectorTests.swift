import Foundation
import Precompiles
import Primitives
import Testing

/// Calls whose answers other people's libraries gave.
@Suite
struct VectorTests {
  struct Vector: Sendable, CustomTestStringConvertible {
    let line: Int
    let address: UInt16
    let input: [UInt8]
    /// Nil for a call that fails.
    let output: [UInt8]?

    var testDescription: String { "line \(line), address \(String(address, radix: 16))" }

    static func all() throws -> [Vector] {
      let file = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "vectors/osaka.txt")
      let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      return try lines.enumerated().filter { !$1.hasPrefix("#") }.map { index, line in
        let words = line.split(separator: " ")
        let address = try #require(UInt16(words[0], radix: 16))
        return try Vector(
          line: index + 1, address: address, input: bytes(words[1]),
          output: words[2] == "failure" ? nil : bytes(words[2]))
      }
    }

    private static func bytes(_ word: Substring) throws -> [UInt8] {
      word == "-" ? [] : try Hex.decode(word)
    }
  }

  @Test
  func `there are vectors for every contract that computes`() throws {
    let addresses = Set(try Vector.all().map(\.address))
    // Identity, BLAKE2 and P-256 have tests of their own.
    #expect(addresses == Set([1, 2, 3, 5, 6, 7, 8]).union(0x0a...0x11))
  }

  @Test(arguments: try Vector.all())
  func `answers as other libraries do, for no less gas`(vector: Vector) {
    let outcome = Precompiles.run(
      address: vector.address, input: vector.input.span, gas: .max, fork: .osaka)

    guard case .success(let gas, let output) = outcome else {
      #expect(outcome == .failure && vector.output == nil)
      return
    }
    #expect(output == vector.output)
    let less = Precompiles.run(
      address: vector.address, input: vector.input.span, gas: gas - 1, fork: .osaka)
    #expect(less == .failure)
  }
}
