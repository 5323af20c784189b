internal import EVM
internal import Primitives

/// What is read as RLP comes back the same.
public func fuzzRLP(_ input: RawSpan) {
  let bytes = copy(input)
  guard let item = try? RLP.Item(decoding: bytes) else { return }
  precondition(item.encoded == bytes, "one tree, one encoding")
}

/// What is read as a transaction comes back the same, and every fork has an answer.
public func fuzzTransaction(_ input: RawSpan) {
  let bytes = copy(input)
  for fork in [Fork.frontier, .spuriousDragon, .berlin, .cancun, .osaka] {
    guard let transaction = try? Transaction(decoding: bytes, fork: fork) else { continue }
    precondition(transaction.encoded == bytes, "one transaction, one encoding")
    _ = try? transaction.validate(fork: fork, chainID: 1)
    _ = transaction.costMax
    _ = transaction.sender()
  }
}

/// What is read as a block comes back the same; no chain takes it.
public func fuzzBlock(_ input: RawSpan) {
  let bytes = copy(input)
  let rules = ChainRules(chainID: 1, always: .osaka)
  if let block = try? Block(decoding: bytes, rules: rules) {
    precondition(block.encoded == bytes, "one block, one encoding")
  }
  var genesis = Header()
  genesis.gasLimit = 30_000_000
  guard let chain = try? InMemoryChain(genesis: genesis, state: InMemoryState(), rules: rules)
  else { return }
  _ = try? chain.append(bytes)
}

/// A proof, one node to each length byte, never does more than fail.
public func fuzzProof(_ input: RawSpan) {
  var rest = copy(input)[...]
  var nodes: [[UInt8]] = []
  while let count = rest.popFirst() {
    nodes.append(Array(rest.prefix(Int(count))))
    rest = rest.dropFirst(Int(count))
  }
  guard let first = nodes.first else { return }
  let root = Keccak256.hash(first)
  _ = try? TrieProof.value(of: [0x12, 0x34], under: root, proof: nodes)
}

func copy(_ input: RawSpan) -> [UInt8] {
  input.byteOffsets.map { unsafe input.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
}
