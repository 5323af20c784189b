internal import EVM
internal import Foundation
internal import Primitives

/// The chain behind the RPC tests of `ethereum/execution-apis`: a genesis and blocks from Frontier to
/// the latest fork, all of whose roots must come out.
public enum ReplaySuite {
  /// Reads `genesis.json` and `chain.rlp` in a folder; one verdict a block.
  public static func run(folder: String) throws -> [Verdict] {
    let genesis = try JSON([UInt8](try Data(contentsOf: URL(filePath: "\(folder)/genesis.json"))))
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: "\(folder)/chain.rlp")))
    let rules = try ChainRules(genesis: genesis.required("config"))
    let state = try InMemoryState(alloc: genesis.required("alloc"))
    let header = try Header(genesis: genesis, stateRoot: state.root())
    state.blockHashes[0] = header.hash
    let chain = try InMemoryChain(genesis: header, state: state, rules: rules)

    var verdicts: [Verdict] = []
    var reader = RLP.Reader(bytes)
    while !reader.isAtEnd {
      let name = "replay/block \(verdicts.count + 1)"
      let block = try reader.encoded()
      do throws(InvalidBlock) {
        try chain.append(block)
        verdicts.append(Verdict(name: name, failure: nil))
      } catch {
        verdicts.append(Verdict(name: name, failure: "\(error)"))
      }
    }
    return verdicts
  }
}

extension ChainRules {
  /// geth's form of a chain's configuration.
  init(genesis config: JSON) throws {
    self.init(chainID: try config.required("chainId").decimal(), activations: [:])
    let blocks: [(String, Fork)] = [
      ("homesteadBlock", .homestead), ("eip150Block", .tangerineWhistle),
      ("eip158Block", .spuriousDragon), ("byzantiumBlock", .byzantium),
      ("constantinopleBlock", .constantinople), ("petersburgBlock", .petersburg),
      ("istanbulBlock", .istanbul), ("berlinBlock", .berlin), ("londonBlock", .london),
      ("mergeNetsplitBlock", .paris),
    ]
    for (name, fork) in blocks {
      if let first = config[name] { activations[fork] = .block(try first.decimal()) }
    }
    let times: [(String, Fork)] = [
      ("shanghaiTime", .shanghai), ("cancunTime", .cancun), ("pragueTime", .prague),
      ("osakaTime", .osaka), ("bpo1Time", .bpo1), ("bpo2Time", .bpo2),
    ]
    for (name, fork) in times {
      if let first = config[name] { activations[fork] = .time(try first.decimal()) }
    }
    if let deposits = config["depositContractAddress"] {
      depositContract = try deposits.address()
    }
  }
}

extension Header {
  fileprivate init(genesis: JSON, stateRoot: Digest) throws {
    self.init()
    self.stateRoot = stateRoot
    difficulty = try genesis.required("difficulty").number()
    gasLimit = try genesis.required("gasLimit").uint64()
    extraData = try genesis.required("extraData").bytes()
    nonce = try genesis.required("nonce").uint64()
    timestamp = try genesis.required("timestamp").uint64()
    mixHash = try genesis.required("mixHash").digest()
    beneficiary = try genesis.required("coinbase").address()
  }
}

extension JSON {
  fileprivate func decimal() throws -> UInt64 {
    guard case .number(let text) = self, let value = UInt64(text) else {
      throw UnreadableData("no decimal number")
    }
    return value
  }
}
