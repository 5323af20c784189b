internal import EVM
internal import Primitives

/// TransactionTests of `ethereum/tests`: bytes, and what each fork makes of them.
public enum TransactionSuite {
  public static func run(_ json: JSON, file: String) -> [Verdict] {
    json.members.flatMap { name, test in
      (test["result"]?.members ?? [:]).map { fork, result in
        Verdict(
          name: "\(file)/\(name)/\(fork)", failure: failure(test, fork: fork, result))
      }
    }
  }

  private static func failure(_ test: JSON, fork forkName: String, _ result: JSON) -> String? {
    guard let fork = Fork(testName: forkName) else { return "no such fork" }
    do {
      let bytes = try test.required("txbytes").bytes()
      let transaction: Transaction
      let sender: Address
      do throws(Refusal) {
        (transaction, sender) = try accept(bytes, fork)
      } catch {
        return result["exception"] == nil ? "refused: \(error)" : nil
      }
      if let exception = result["exception"]?.text { return "valid, expected \(exception)" }
      if transaction.hash != (try result.required("hash").digest()) { return "wrong hash" }
      if transaction.encoded != bytes { return "does not come back the same" }
      if sender != (try result.required("sender").address()) { return "wrong sender \(sender)" }
      let gas = transaction.intrinsicGas(fork).gas
      if gas != (try result.required("intrinsicGas").uint64()) { return "intrinsic gas \(gas)" }
      return nil
    } catch {
      return "\(error)"
    }
  }

  private static func accept(
    _ bytes: [UInt8], _ fork: Fork
  ) throws(Refusal) -> (Transaction, Address) {
    let transaction: Transaction
    do {
      transaction = try Transaction(decoding: bytes, fork: fork)
    } catch {
      throw .malformed(error)
    }
    do {
      try transaction.validate(fork: fork, chainID: 1)
    } catch {
      throw .invalid(error)
    }
    guard let sender = transaction.sender() else {
      throw .invalid(.unrecoverableSender)
    }
    return (transaction, sender)
  }
}
