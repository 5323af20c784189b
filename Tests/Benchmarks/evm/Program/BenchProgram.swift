internal import EVM
internal import Glibc
internal import Primitives

/// Runs what comes in on standard input, one line each: `code data gas`, in hexadecimal (`-` for no
/// data). Answers with the status, the gas used and the nanoseconds of CPU time.
@main
struct BenchProgram {
  static let contract = Address(number: 0x1000)
  static let caller = Address(number: 0xCA11E7)

  static func main() {
    let arena = Arena()
    while let line = readLine() {
      let fields = line.split(separator: " ")
      guard fields.count == 3, let code = try? Hex.decode(fields[0]),
        let data = fields[1] == "-" ? [] : try? Hex.decode(fields[1]), let gas = UInt64(fields[2])
      else {
        print("malformed")
        continue
      }
      print(run(code, data, gas, arena))
      fflush(nil)
    }
  }

  static func run(_ code: [UInt8], _ data: [UInt8], _ gas: UInt64, _ arena: Arena) -> String {
    let database = InMemoryState()
    database.set(contract, nonce: 1, balance: .zero, code: code)
    database.set(caller, nonce: 0, balance: U256(1 << 60))
    let block = BlockContext(
      fork: .cancun, number: 1, timestamp: 1, coinbase: .zero, gasLimit: gas)
    let executor = Executor(
      state: WorldState(database), block: block, arena: arena)
    let transaction = Transaction(gasLimit: gas, to: contract, data: data)
    let start = cpuTime()
    let result = Result { () throws(ExecutionFailure) in
      try executor.execute(transaction, from: caller)
    }
    let elapsed = cpuTime() - start
    switch result {
    case .success(let outcome): return "\(outcome.status) \(outcome.gasUsed) \(elapsed)"
    case .failure(let failure): return "\(failure) 0 0"
    }
  }

  static func cpuTime() -> Int {
    var time = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }
}
