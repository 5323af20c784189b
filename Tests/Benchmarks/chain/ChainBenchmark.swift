import Chain
import Dispatch
import EVM
import Foundation
import Primitives
import Secp256k1
import Synchronization

/// From raw signed transfers to committed blocks: how many a second, and where the time goes.
///
/// usage: bench-chain [--transactions N] [--senders N] [--accounts N] [--gas-limit N] [--folder PATH]
@main
struct ChainBenchmark {
  var transactions = 60_000
  var senders = 2000
  /// Accounts that are there before, which half of the transfers go to.
  var accounts = 100_000
  var gasLimit: UInt64 = 60_000_000
  var folder: String?

  static func main() throws {
    var benchmark = ChainBenchmark()
    var arguments = CommandLine.arguments.dropFirst()
    while let option = arguments.popFirst(), let value = arguments.popFirst() {
      switch option {
      case "--transactions": benchmark.transactions = Int(value) ?? benchmark.transactions
      case "--senders": benchmark.senders = Int(value) ?? benchmark.senders
      case "--accounts": benchmark.accounts = Int(value) ?? benchmark.accounts
      case "--gas-limit": benchmark.gasLimit = UInt64(value) ?? benchmark.gasLimit
      case "--folder": benchmark.folder = value
      default: fatalError("unknown option \(option)")
      }
    }
    try benchmark.run()
  }

  private func configuration(_ keys: [Key]) -> Configuration {
    var alloc: [Address: GenesisAccount] = [:]
    for key in keys { alloc[key.address] = GenesisAccount(balance: Self.wealth) }
    for number in 0..<accounts {
      alloc[Self.recipient(number)] = GenesisAccount(balance: .one)
    }
    var configuration = Configuration(
      rules: ChainRules(chainID: 31337, always: .osaka),
      genesis: Genesis(timestamp: 1, gasLimit: gasLimit, alloc: alloc), sealing: .manual)
    configuration.folder = folder
    configuration.pool.globalSlots = transactions
    configuration.pool.accountSlots = transactions
    return configuration
  }

  private static let wealth = U256(1_000_000_000_000_000_000) &* 1000

  private static func recipient(_ number: Int) -> Address {
    Address(truncating: Keccak256.hash(U256(UInt64(number)).bytes).word)
  }

  func run() throws {
    note("signing \(transactions) transfers")
    let keys = try (0..<senders).map { try Key(UInt64($0) + 1) }
    let raw = try signed(keys)
    let node = try Node(configuration(keys))
    note("running")
    let start = ContinuousClock.now
    let cpuStart = Self.processTime()
    let isDone = Atomic(false)
    let refused = Atomic(0)
    let group = DispatchGroup()
    DispatchQueue.global().async(group: group) {
      // Two threads take transactions in, as the connections of a gateway would.
      DispatchQueue.concurrentPerform(iterations: 2) { half in
        for index in stride(from: 0, to: raw.count, by: 2) {
          // A sender's transactions stay on one thread, in their order.
          let place = index + half
          guard place < raw.count else { continue }
          do {
            try node.submit(raw[place])
          } catch {
            refused.add(1, ordering: .relaxed)
          }
        }
      }
      isDone.store(true, ordering: .releasing)
    }
    var blocks = 0
    var sealed = 0
    while true {
      let finished = isDone.load(ordering: .acquiring)
      let block = try node.seal()
      blocks += 1
      sealed += block.transactions.count
      if finished && block.transactions.isEmpty { break }
      if block.transactions.isEmpty { Thread.sleep(forTimeInterval: 0.02) }
    }
    group.wait()
    try node.close()
    let elapsed = ContinuousClock.now - start
    report(
      node, sealed: sealed, blocks: blocks, refused: refused.load(ordering: .relaxed),
      elapsed: elapsed, cpu: Self.processTime() - cpuStart)
  }

  private func signed(_ keys: [Key]) throws -> [[UInt8]] {
    let nonces = transactions / keys.count
    let count = nonces * keys.count
    let made = Mutex<[[UInt8]]>(Array(repeating: [], count: count))
    DispatchQueue.concurrentPerform(iterations: keys.count) { sender in
      var own: [(Int, [UInt8])] = []
      for nonce in 0..<nonces {
        let place = nonce * keys.count + sender
        let isKnown = place % 2 == 0
        let target = Self.recipient(isKnown ? place * 7919 % accounts : accounts + place)
        if let bytes = try? keys[sender].transfer(to: target, nonce: UInt64(nonce)) {
          own.append((place, bytes))
        }
      }
      made.withLock { made in
        for (place, bytes) in own { made[place] = bytes }
      }
    }
    return made.withLock { $0 }
  }

  private func report(
    _ node: Node, sealed: Int, blocks: Int, refused: Int, elapsed: Duration, cpu: Duration
  ) {
    let seconds = elapsed / .seconds(1)
    let times = node.workTimes
    let stages: [(String, Duration)] = [
      ("recovery", times.recovery), ("admission", times.admission),
      ("execution", times.execution), ("root", times.root), ("log", times.log),
      ("commit", times.commit),
    ]
    let busy = cpu / .seconds(1)
    for (name, time) in stages {
      let part = time / .seconds(1)
      note(
        "\(name): \(text(part * 1e6 / Double(max(sealed, 1)))) us a transfer, "
          + "\(text(100 * part / busy)) % of the processor time")
    }
    note("\(sealed) transfers in \(blocks) blocks, \(refused) refused, \(text(seconds)) s")
    let mgas = Double(sealed) * 21_000 / 1e6
    print(
      """
      {"bench":"chain.transfers","ours":\(text(mgas / seconds)),"unit":"mgas_per_s",\
      "transfers_per_s":\(text(Double(sealed) / seconds)),\
      "transfers_per_cpu_s":\(text(Double(sealed) / busy)),"goal":200,\
      "ratio":\(text(mgas / seconds / 200))}
      """)
  }

  private func text(_ value: Double) -> String {
    String(format: "%.2f", value)
  }

  private func note(_ text: String) {
    FileHandle.standardError.write(Data("\(text)\n".utf8))
  }

  private static func processTime() -> Duration {
    var time = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }
}

/// A sender of the benchmark.
final class Key: Sendable {
  private let key: Secp256k1.SecretKey
  let address: Address

  init(_ number: UInt64) throws {
    let bytes = U256(number).bytes
    key = try Secp256k1.SecretKey(bytes.span)
    address = Address(truncating: Keccak256.hash(key.publicKey.coordinates.span).word)
  }

  func transfer(to: Address, nonce: UInt64) throws -> [UInt8] {
    var transaction = Transaction(
      kind: .dynamicFee, chainID: 31337, nonce: nonce, maxPriorityFeePerGas: 1,
      maxFeePerGas: 100_000_000_000, gasLimit: 21_000, to: to, value: 1)
    let signature = try key.sign(transaction.signingHash.bytes.span)
    transaction.signature = Transaction.Signature(
      isOdd: signature.recoveryID & 1 == 1,
      r: U256(bigEndian: (0..<32).map { signature.bytes[$0] }) ?? .zero,
      s: U256(bigEndian: (32..<64).map { signature.bytes[$0] }) ?? .zero)
    return transaction.encoded
  }
}
