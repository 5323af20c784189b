internal import Chain
internal import EVM
internal import JSONTree
internal import Precompiles
internal import Primitives

/// What `eth_config` says of the rules that hold, that held before and that will hold (EIP-7910).
struct ForkConfiguration {
  private let rules: ChainRules
  private let genesis: Digest
  /// When the rules that hold began, and those after them; seconds since 1970, zero for blocks.
  private let times: [UInt64]
  private let now: UInt64
  private let isTimed: Bool

  init(_ node: Node) {
    rules = node.rules
    now = node.head.header.timestamp
    genesis = (try? node.hash(ofNumber: 0)) ?? Digest(.zero)
    let timed: [UInt64] = rules.activations.values.compactMap {
      if case .time(let time) = $0, time > 0 { time } else { nil }
    }
    times = Set(timed).sorted()
    isTimed = !timed.isEmpty
  }

  var json: JSON {
    let current = times.last { $0 <= now } ?? 0
    let next = times.first { $0 > now }
    return [
      "current": configuration(at: current), "next": next.map { configuration(at: $0) } ?? .null,
      "last": next == nil ? .null : times.last.map { configuration(at: $0) } ?? .null,
    ]
  }

  private func configuration(at time: UInt64) -> JSON {
    let fork = rules.fork(number: .max, timestamp: time)
    let blobs = rules.blobs(of: fork)
    return [
      "activationTime": .number("\(time)"),
      "blobSchedule": [
        "target": .number("\(blobs.target)"), "max": .number("\(blobs.max)"),
        "baseFeeUpdateFraction": .number("\(blobs.baseFeeUpdateFraction)"),
      ],
      "chainId": .quantity(rules.chainID), "forkId": .string(forkID(at: time)),
      "precompiles": precompiles(fork), "systemContracts": systemContracts(fork),
    ]
  }

  /// The checksum over the genesis and all forks up to a time (EIP-2124, EIP-6122).
  private func forkID(at time: UInt64) -> String {
    var blocks: Set<UInt64> = []
    for case .block(let number) in rules.activations.values where number > 0 {
      blocks.insert(number)
    }
    for number in rules.otherForkBlocks where number > 0 { blocks.insert(number) }
    var checksum = CRC32()
    checksum.append(genesis.array)
    for number in blocks.sorted() + times.filter({ $0 <= time }) {
      checksum.append(U256(number).bytes.suffix(8).map { $0 })
    }
    return Hex.encode(
      (0..<4).map { UInt8(truncatingIfNeeded: checksum.value >> UInt32(24 - 8 * $0)) },
      prefix: true)
  }

  private static let names: [(UInt16, String)] = [
    (0x09, "BLAKE2F"), (0x0B, "BLS12_G1ADD"), (0x0C, "BLS12_G1MSM"), (0x0D, "BLS12_G2ADD"),
    (0x0E, "BLS12_G2MSM"), (0x11, "BLS12_MAP_FP2_TO_G2"), (0x10, "BLS12_MAP_FP_TO_G1"),
    (0x0F, "BLS12_PAIRING_CHECK"), (0x06, "BN254_ADD"), (0x07, "BN254_MUL"),
    (0x08, "BN254_PAIRING"), (0x01, "ECREC"), (0x04, "ID"), (0x0A, "KZG_POINT_EVALUATION"),
    (0x05, "MODEXP"), (0x100, "P256VERIFY"), (0x03, "RIPEMD160"), (0x02, "SHA256"),
  ]

  private func precompiles(_ fork: Fork) -> JSON {
    .object(
      Self.names.filter { Precompiles.exists(at: $0.0, fork: fork) }.map { number, name in
        JSON.Member(name, .address(Address(number: UInt64(number))))
      })
  }

  private func systemContracts(_ fork: Fork) -> JSON {
    var contracts: JSON = [:]
    guard fork >= .cancun else { return contracts }
    contracts.append("BEACON_ROOTS_ADDRESS", .address(SystemContract.beaconRoots))
    guard fork >= .prague else { return contracts }
    contracts.append(
      "CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS", .address(SystemContract.consolidations))
    contracts.append("DEPOSIT_CONTRACT_ADDRESS", .address(rules.depositContract))
    contracts.append("HISTORY_STORAGE_ADDRESS", .address(SystemContract.history))
    contracts.append(
      "WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS", .address(SystemContract.withdrawals))
    return contracts
  }
}

/// The cyclic redundancy check of Ethernet (polynomial 0xEDB88320, reflected).
private struct CRC32 {
  private var state: UInt32 = .max

  var value: UInt32 { ~state }

  mutating func append(_ bytes: [UInt8]) {
    for byte in bytes {
      state ^= UInt32(byte)
      for _ in 0..<8 { state = state & 1 == 1 ? state >> 1 ^ 0xEDB8_8320 : state >> 1 }
    }
  }
}
