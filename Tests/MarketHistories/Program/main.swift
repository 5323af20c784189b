internal import Foundation
internal import MarketHistories

/// conformance-market-histories [COUNT [FIRST_SEED]]: random lives of the market on the contracts.
let count = CommandLine.arguments.dropFirst().first.flatMap { UInt64($0) } ?? 10_000
let first = CommandLine.arguments.dropFirst(2).first.flatMap { UInt64($0) } ?? 0
let world = try World()
var total = History.Summary()
var passed: UInt64 = 0
for seed in first..<first + count {
  do {
    var history = try History(seed: seed, in: world)
    total += try history.run()
    passed += 1
  } catch {
    print("\(error)")
  }
}
print("\(total)")
print("conformance-market-histories: \(passed)/\(count)")
exit(passed == count ? 0 : 1)
