internal import REE

/// Runs the cases that collect.py wrote and compares what comes out.
///
/// usage: conformance-onnx FOLDER [--only TEXT] [--trace] [--mutate ROUNDS]
///
/// With rounds, each model of the node tests is changed so many times and run instead.
@main
struct ConformanceONNX {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count > 1 else { throw ConformanceCase.Failure.message("no folder given") }
    let folder = arguments[1]
    let only = arguments.firstIndex(of: "--only").flatMap {
      $0 + 1 < arguments.count ? arguments[$0 + 1] : nil
    }
    let isTracing = arguments.contains("--trace")

    let rounds = arguments.firstIndex(of: "--mutate").flatMap {
      $0 + 1 < arguments.count ? Int(arguments[$0 + 1]) : nil
    }

    let index = String(decoding: try ConformanceCase.read("\(folder)/cases"), as: UTF8.self)
    var suites: [String: (passed: Int, total: Int)] = [:]
    var (mutated, completed) = (0, 0)
    var failures: [String: [String]] = [:]
    for line in index.split(separator: "\n") {
      guard var item = ConformanceCase(line: line, folder: folder) else { continue }
      if let only, !only.isEmpty, !item.name.contains(only) { continue }
      if isTracing { print(item.name) }
      if let rounds {
        guard item.name.hasPrefix("node/") else { continue }
        var mutation = Mutation(seed: item.name.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
        completed += (try? mutation.run(item, rounds: rounds)) ?? 0
        mutated += rounds
        continue
      }
      let suite = String(item.name.prefix { $0 != "/" })
      suites[suite, default: (0, 0)].total += 1
      do {
        try item.run()
        suites[suite, default: (0, 0)].passed += 1
      } catch {
        failures[item.operators.first ?? "?", default: []].append("  \(item.name): \(error)")
      }
    }

    if rounds != nil {
      print("\(completed) of \(mutated) changed models ran to their end; none was a crash")
      return
    }
    for (name, lines) in failures.sorted(by: { $0.key < $1.key }) {
      print("\(name): \(lines.count)")
      lines.forEach { print($0) }
    }
    for (suite, score) in suites.sorted(by: { $0.key < $1.key }) {
      print("\(suite): \(score.passed)/\(score.total)")
    }
    let passed = suites.values.reduce(0) { $0 + $1.passed }
    print("conformance-onnx: \(passed)/\(suites.values.reduce(0) { $0 + $1.total })")
  }
}
