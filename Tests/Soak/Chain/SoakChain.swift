import Chain
import EVM
import Foundation
import Primitives
import Secp256k1

/// What `chain.py` kills, and what looks at the folder afterwards.
///
/// usage: soak-chain load FOLDER    adds blocks until it is killed, and tells of each that is announced
///        soak-chain check FOLDER   opens the chain, computes its root anew; finds transactions of stdin
///        soak-chain growth FOLDER BLOCKS   so many blocks of a second, with memory and disk now and then
@main
struct SoakChain {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count >= 3 else { fatalError("usage: soak-chain load|check|growth FOLDER …") }
    switch arguments[1] {
    case "load": try load(try Node(configuration(arguments[2])))
    case "check": try check(try Node(configuration(arguments[2])))
    case "growth":
      try growth(arguments[2], blocks: arguments.count > 3 ? Int(arguments[3]) ?? 0 : 7200)
    default: fatalError("no such verb: \(arguments[1])")
    }
  }

  /// Writes a line at once, so that a reader has it before anything can happen to this process.
  private static func say(_ line: String) {
    FileHandle.standardOutput.write(Data("\(line)\n".utf8))
  }

  static func configuration(_ folder: String) throws -> Configuration {
    var alloc: [Address: GenesisAccount] = [:]
    for number in 1...20 as ClosedRange<UInt64> {
      alloc[try Sender(number).address] = GenesisAccount(
        balance: U256(1_000_000_000_000_000_000) &* 1_000_000)
    }
    var configuration = Configuration(
      rules: ChainRules(chainID: 7, always: .osaka),
      genesis: Genesis(timestamp: 1_700_000_000, alloc: alloc), sealing: .manual)
    configuration.folder = folder
    configuration.history = .blocks(256)
    configuration.pool.accountSlots = 10_000
    return configuration
  }

  /// Stores its number and what it was called with, and logs.
  static let contract: [UInt8] = [
    0x6C, 0x43, 0x60, 0x00, 0x35, 0x55, 0x60, 0x00, 0x35, 0x60, 0x00, 0x60, 0x00, 0xA1, 0x60, 0x00,
    0x52, 0x60, 0x0D, 0x60, 0x13, 0xF3,
  ]

  static func load(_ node: Node) throws {
    let senders = try (1...20).map { try Sender(UInt64($0)) }
    say("ready \(node.head.number) \(node.head.hash)")
    var random = SystemRandomNumberGenerator()
    var contracts: [Address] = []
    while true {
      var hashes: [Digest] = []
      for sender in senders {
        var nonce = try node.nextNonce(of: sender.address)
        for _ in 0..<Int.random(in: 0...6, using: &random) {
          let target = UInt64.random(in: 1 << 32..<1 << 34, using: &random)
          let bytes =
            switch Int.random(in: 0..<8, using: &random) {
            case 0: try sender.sign(to: nil, nonce: nonce, data: contract)
            case 1...3 where !contracts.isEmpty:
              try sender.sign(
                to: contracts.randomElement(using: &random), nonce: nonce,
                data: U256(target % 1000).bytes)
            default: try sender.sign(to: Address(number: target), nonce: nonce, data: [])
            }
          hashes.append(try node.submit(bytes))
          nonce += 1
        }
      }
      let block = try node.seal()
      for transaction in block.transactions where transaction.transaction.to == nil {
        if let address = transaction.createdAddress { contracts.append(address) }
      }
      contracts = Array(contracts.suffix(50))
      // Only what can be asked for counts as acknowledged.
      var lines = ""
      for hash in hashes {
        if let found = try node.transaction(hash) { lines += "tx \(hash) \(found.blockNumber)\n" }
      }
      say(lines + "block \(block.number) \(block.hash)")
    }
  }

  static func check(_ node: Node) throws {
    let verification = try node.verify()
    var missing = 0
    var known = 0
    while let line = readLine() {
      let words = line.split(separator: " ")
      guard words.count == 3, let number = UInt64(words[2]) else { continue }
      if words[0] == "tx" {
        let found = try node.transaction(try Digest(hex: words[1]))
        if number >= node.oldestBlock, found?.blockNumber != number { missing += 1 }
      } else if number >= node.oldestBlock {
        if try node.hash(ofNumber: number) != (try Digest(hex: words[1])) { missing += 1 }
      }
      known += 1
    }
    let isRight =
      verification.computed == verification.expected
      && verification.computed == node.head.header.stateRoot
    say(
      """
      {"head":\(node.head.number),"root":\(isRight),"accounts":\(verification.accounts),\
      "slots":\(verification.slots),"asked":\(known),"missing":\(missing)}
      """)
  }

  /// Blocks of one second each, as fast as they go, in pruned mode.
  static func growth(_ folder: String, blocks: Int) throws {
    let node = try Node(configuration(folder))
    let senders = try (1...20).map { try Sender(UInt64($0)) }
    var nonces = try senders.map { try node.nextNonce(of: $0.address) }
    for number in 0..<blocks {
      for index in 0..<20 {
        // A thousand accounts that are there again and again, so that the state itself does not grow.
        let target = Address(number: 1 << 32 + UInt64((number * 20 + index * 37) % 1000))
        try node.submit(
          senders[index].sign(to: target, nonce: nonces[index], data: []))
        nonces[index] += 1
      }
      try node.seal()
      if number % max(blocks / 12, 1) == 0 || number == blocks - 1 {
        say(
          """
          {"block":\(node.head.number),"oldest":\(node.oldestBlock),\
          "resident_mib":\(residentMiB()),"disk_mib":\(diskMiB(folder))}
          """)
      }
    }
    let verification = try node.verify()
    say("{\"root\":\(verification.computed == node.head.header.stateRoot)}")
  }

  private static func residentMiB() -> Int {
    // Pages of the process itself; LMDB's map counts as the file's.
    let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("RssAnon") } ?? ""
    return (line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0)
      / 1024
  }

  private static func diskMiB(_ folder: String) -> Int {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let bytes = names.reduce(0) { sum, name in
      var status = stat()
      guard unsafe stat("\(folder)/\(name)", &status) == 0 else { return sum }
      return sum + Int(status.st_blocks) * 512
    }
    return bytes >> 20
  }
}

/// An account that signs.
final class Sender: Sendable {
  private let key: Secp256k1.SecretKey
  let address: Address

  init(_ number: UInt64) throws {
    let bytes = U256(number).bytes
    key = try Secp256k1.SecretKey(bytes.span)
    address = Address(truncating: Keccak256.hash(key.publicKey.coordinates.span).word)
  }

  func sign(to: Address?, nonce: UInt64, data: [UInt8]) throws -> [UInt8] {
    var transaction = Transaction(
      kind: .dynamicFee, chainID: 7, nonce: nonce, maxPriorityFeePerGas: 1,
      maxFeePerGas: 100_000_000_000, gasLimit: data.isEmpty ? 21_000 : 200_000, to: to,
      value: data.isEmpty ? 1 : 0, data: data)
    let signature = try key.sign(transaction.signingHash.bytes.span)
    transaction.signature = Transaction.Signature(
      isOdd: signature.recoveryID & 1 == 1,
      r: U256(bigEndian: (0..<32).map { signature.bytes[$0] }) ?? .zero,
      s: U256(bigEndian: (32..<64).map { signature.bytes[$0] }) ?? .zero)
    return transaction.encoded
  }
}
