internal import EVM
internal import Primitives

/// DifficultyTests of `ethereum/tests`: what work a block must show after its parent.
public enum DifficultySuite {
  public static func run(_ json: JSON, file: String) -> [Verdict] {
    json.members.flatMap { name, test in
      test.members.filter { $0.key != "_info" }.flatMap { fork, cases in
        cases.members.map { test, values in
          Verdict(
            name: "\(file)/\(name)/\(fork)/\(test)", failure: failure(values, fork: fork))
        }
      }
    }
  }

  private static func failure(_ test: JSON, fork: String) -> String? {
    guard let rule = rule(fork) else { return "no such fork" }
    do {
      let found = Difficulty.next(
        after: try test.required("parentDifficulty").number(),
        parentTimestamp: try test.required("parentTimestamp").uint64(),
        parentHasOmmers: try !test.required("parentUncles").number().isZero,
        number: try test.required("currentBlockNumber").uint64(),
        timestamp: try test.required("currentTimestamp").uint64(), rule: rule)
      let expected = try test.required("currentDifficulty").number()
      return found == expected ? nil : "\(found), expected \(expected)"
    } catch {
      return "\(error)"
    }
  }

  private static func rule(_ fork: String) -> Difficulty.Rule? {
    switch fork {
    case "Frontier": .frontier
    case "Homestead": .homestead
    case "Byzantium": .byzantium(bombDelay: 3_000_000)
    case "Constantinople": .byzantium(bombDelay: 5_000_000)
    // Berlin's chain still had the delay of Muir Glacier.
    case "Berlin": .byzantium(bombDelay: 9_000_000)
    case "ArrowGlacier": .byzantium(bombDelay: 10_700_000)
    case "GrayGlacier": .byzantium(bombDelay: 11_400_000)
    default: nil
    }
  }
}
