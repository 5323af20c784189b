internal import EVM
internal import Primitives

/// One blockchain test of Ethereum's execution specification: blocks from a genesis on, some of them
/// invalid, and the hash of the head in the end.
public struct BlockchainTest {
  public let name: String
  private let test: JSON

  /// Reads one line of the data: an object with the test's name and the test.
  public init(_ json: JSON) throws {
    guard let (name, test) = json.members.first else { throw UnreadableData("no test") }
    self.name = name
    self.test = test
  }

  public func run() -> Verdict {
    do {
      return Verdict(name: name, failure: try failure())
    } catch {
      return Verdict(name: name, failure: "\(error)")
    }
  }

  private func failure() throws -> String? {
    guard let network = test["network"]?.text, let fork = Fork(testName: network) else {
      return "no such network"
    }
    let config = try test.required("config")
    var rules = ChainRules(chainID: try config.required("chainid").uint64(), always: fork)
    rules.blobs[fork] = try BlobParameters(config, forkName: network)
    let genesis = try Block(decoding: test.required("genesisRLP").bytes(), rules: rules)
    let state = try InMemoryState(alloc: test.required("pre"))
    state.blockHashes[0] = genesis.header.hash
    let chain = try InMemoryChain(genesis: genesis.header, state: state, rules: rules)
    for (index, entry) in try test.required("blocks").elements.enumerated() {
      let expected = entry["expectException"]?.text?.split(separator: "|").map {
        String($0.split(separator: ".").last ?? $0)
      }
      do throws(InvalidBlock) {
        try chain.append(entry.blockBytes)
        if let expected { return "block \(index) was taken, expected \(expected)" }
      } catch {
        guard let expected else { return "block \(index): \(error)" }
        if error.testNames.isDisjoint(with: expected) {
          return "block \(index): \(error), expected \(expected)"
        }
      }
    }
    let head = try test.required("lastblockhash").digest()
    return chain.head.hash == head ? nil : "head \(chain.head.hash), expected \(head)"
  }
}

extension JSON {
  /// What is no text at all cannot be a block either.
  fileprivate var blockBytes: [UInt8] { (try? self["rlp"]?.bytes()) ?? [] }
}

extension InvalidBlock {
  /// The names that the tests have for causes.
  fileprivate var testNames: Set<String> {
    switch self {
    case .encoding: ["RLP_STRUCTURES_ENCODING"]
    case .tooLarge: ["RLP_BLOCK_LIMIT_EXCEEDED"]
    case .unknownParent: ["UNKNOWN_PARENT"]
    case .malformedTransaction(_, .carriesBlobs):
      ["RLP_STRUCTURES_ENCODING", "TYPE_3_TX_WITH_FULL_BLOBS"]
    case .malformedTransaction(_, .encoding): ["RLP_STRUCTURES_ENCODING"]
    case .malformedTransaction(_, let reason): Refusal.malformed(reason).testNames
    case .invalidTransaction(_, let reason): Refusal.invalid(reason).testNames
    case .systemCallFailed: ["SYSTEM_CONTRACT_CALL_FAILED", "SYSTEM_CONTRACT_EMPTY"]
    case .depositLayout: ["INVALID_DEPOSIT_EVENT_LAYOUT"]
    case .state: []
    case .header(let field):
      switch field {
      case .excessBlobGas: ["INCORRECT_EXCESS_BLOB_GAS"]
      case .blobGasUsed: ["INCORRECT_BLOB_GAS_USED"]
      case .requestsHash: ["INVALID_REQUESTS"]
      case .gasLimit: ["INVALID_GASLIMIT"]
      case .withdrawalsRoot: ["INVALID_WITHDRAWALS_ROOT"]
      case .baseFee: ["INVALID_BASEFEE_PER_GAS"]
      default: []
      }
    }
  }
}
