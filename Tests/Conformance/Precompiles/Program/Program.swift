internal import Foundation
internal import Precompiles
internal import Primitives

/// Answers calls of precompiled contracts, one a line: `FORK ADDRESS GAS INPUT`, in decimal and
/// hexadecimal, to `success GAS OUTPUT`, `failure` or `none`.
///
/// With `--time COUNT` each call is made that often, and answered with its CPU time in nanoseconds.
@main
struct Program {
  static func main() throws {
    let arguments = CommandLine.arguments
    let count = arguments.count == 3 && arguments[1] == "--time" ? Int(arguments[2]) : nil
    while let line = readLine() {
      guard let call = Call(line) else {
        print("malformed")
        continue
      }
      if let count {
        print(call.nanoseconds(count: max(count, 1)))
      } else {
        print(call.answer)
      }
      fflush(nil)
    }
  }
}

struct Call {
  let fork: Fork
  let address: UInt16
  let gas: Int64
  let input: [UInt8]

  init?(_ line: String) {
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 4, let fork = Fork.allCases.first(where: { "\($0)" == words[0] }),
      let address = UInt16(words[1], radix: 16), let gas = Int64(words[2]),
      let input = try? Hex.decode(words[3])
    else { return nil }
    (self.fork, self.address, self.gas, self.input) = (fork, address, gas, input)
  }

  var outcome: PrecompileOutcome? {
    Precompiles.run(address: address, input: input.span, gas: gas, fork: fork)
  }

  var answer: String {
    switch outcome {
    case nil: "none"
    case .failure: "failure"
    case .success(let gasUsed, let output): "success \(gasUsed) \(Hex.encode(output))"
    }
  }

  func nanoseconds(count: Int) -> Int {
    let start = clock()
    var outputByteCount = 0
    for _ in 0..<count {
      if case .success(_, let output) = outcome { outputByteCount += output.count }
    }
    let microseconds = Int(clock() - start) * (1_000_000 / Int(CLOCKS_PER_SEC))
    // Read, so that the calls are not optimised away.
    return outputByteCount < 0 ? 0 : microseconds * 1_000 / count
  }
}
