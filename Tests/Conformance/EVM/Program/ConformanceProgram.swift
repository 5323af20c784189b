internal import EVMConformance
internal import Foundation

/// Runs Ethereum's own tests on our EVM, on all cores, and says which ones fail.
///
/// usage: conformance-evm [--data FOLDER] [--small FOLDER] [--replay FOLDER] [--suite NAME]
///   [--only TEXT] [--show N]
@main
struct ConformanceProgram {
  var data = ProcessInfo.processInfo.environment["GENSYN_CONFORMANCE"].map { $0 + "/ethereum" }
  /// The unpacked `ethereum_tests_small.tar.zst`.
  var small: String?
  /// `eapis/tests` of the unpacked `execution_apis.tar.zst`.
  var replay: String?
  var suites: Set<String> = []
  var only = ""
  var show = 20

  static func main() async {
    var program = ConformanceProgram()
    var arguments = CommandLine.arguments.dropFirst()
    while let option = arguments.popFirst() {
      guard let value = arguments.popFirst() else {
        print("\(option) needs a value")
        exit(2)
      }
      switch option {
      case "--data": program.data = value
      case "--small": program.small = value
      case "--replay": program.replay = value
      case "--suite": program.suites.insert(value)
      case "--only": program.only = value
      case "--show": program.show = Int(value) ?? 20
      default:
        print("unknown option \(option)")
        exit(2)
      }
    }
    do {
      try await program.run()
    } catch {
      print("conformance-evm: \(error)")
      exit(2)
    }
  }

  func run() async throws {
    guard let data else {
      print("conformance-evm: GENSYN_CONFORMANCE does not say where the data is")
      exit(2)
    }
    var verdicts: [Verdict] = []
    for fork in ["osaka", "prague", "cancun"] where wants(fork) {
      let found = try await lines("\(data)/\(fork).jsonl.zst") { try StateTest($0).run() }
      report(fork, found)
      verdicts += found
    }
    if wants("blocks") {
      let found = try await lines("\(data)/blockchain-osaka.jsonl.zst") {
        try BlockchainTest($0).run()
      }
      report("blocks", found)
      verdicts += found
    }
    if let replay, wants("replay") {
      let found = try ReplaySuite.run(folder: replay)
      report("replay", found)
      verdicts += found
    }
    if let small {
      for (suite, folder, run) in Self.folders where wants(suite) {
        let found = try folderVerdicts("\(small)/\(folder)", run)
        report(suite, found)
        verdicts += found
      }
    }
    let passed = verdicts.count { $0.failure == nil }
    print("conformance-evm: \(passed)/\(verdicts.count)")
    exit(passed == verdicts.count && !verdicts.isEmpty ? 0 : 1)
  }

  private func wants(_ suite: String) -> Bool {
    suites.isEmpty || suites.contains(suite)
  }

  private static let folders: [(String, String, @Sendable (JSON, String) -> [Verdict])] = [
    ("transactions", "TransactionTests", { TransactionSuite.run($0, file: $1) }),
    ("rlp", "RLPTests", { RLPSuite.run($0, file: $1) }),
    ("trie", "TrieTests", { TrieSuite.run($0, file: $1) }),
    ("difficulty", "DifficultyTests", { DifficultySuite.run($0, file: $1) }),
  ]

  private func folderVerdicts(
    _ folder: String, _ run: (JSON, String) -> [Verdict]
  ) throws -> [Verdict] {
    guard let files = FileManager.default.enumerator(atPath: folder) else {
      throw CocoaError(.fileNoSuchFile)
    }
    let names = files.compactMap { $0 as? String }.filter { $0.hasSuffix(".json") }.sorted()
    return try names.flatMap { name in
      let data = try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
      return run(try JSON([UInt8](data)), name).filter { only.isEmpty || $0.name.contains(only) }
    }
  }

  /// Runs every line of a file, which is a test.
  private func lines(
    _ path: String, _ run: @escaping @Sendable (JSON) throws -> Verdict
  ) async throws -> [Verdict] {
    let bytes = try TestData.zstandard(path)
    let lines = TestData.lines(bytes)
    return await Pool.map(lines) { line in
      do {
        let json = try JSON(bytes[line])
        guard only.isEmpty || json.members.keys.contains(where: { $0.contains(only) }) else {
          return nil
        }
        return try run(json)
      } catch {
        return Verdict(name: "line at \(line.lowerBound)", failure: "\(error)")
      }
    }
  }

  private func report(_ suite: String, _ verdicts: [Verdict]) {
    let failed = verdicts.filter { $0.failure != nil }
    print("\(suite): \(verdicts.count - failed.count)/\(verdicts.count)")
    let groups = Dictionary(grouping: failed, by: \.group)
    for (group, members) in groups.sorted(by: { $0.value.count > $1.value.count }) {
      print("  \(members.count) in \(group)")
      for verdict in members.prefix(show) {
        print("    \(verdict.name): \(verdict.failure ?? "")")
      }
    }
  }
}

/// Work for all cores.
enum Pool {
  static func map<Input: Sendable, Output: Sendable>(
    _ inputs: [Input], _ body: @escaping @Sendable (Input) -> Output?
  ) async -> [Output] {
    let workers = ProcessInfo.processInfo.activeProcessorCount
    return await withTaskGroup(of: [Output].self) { group in
      for worker in 0..<workers {
        group.addTask { @concurrent in
          stride(from: worker, to: inputs.count, by: workers).compactMap { body(inputs[$0]) }
        }
      }
      return await group.reduce(into: []) { $0 += $1 }
    }
  }
}
