internal import EVM
internal import Primitives

/// One state test of Ethereum's execution specification: a state, a transaction, and the root of what
/// comes out.
public struct StateTest {
  public let name: String
  let fork: Fork
  let block: BlockContext
  let pre: InMemoryState
  let transaction: [UInt8]
  let sender: Address
  let stateRoot: Digest
  let logs: Digest
  /// Names of errors, any of which will do; none when the transaction is valid.
  let exceptions: [String]

  /// Reads one line of the data: an object with the test's name and the test.
  public init(_ json: JSON) throws {
    guard let (name, test) = json.members.first else { throw UnreadableData("no test") }
    self.name = name
    let posts = try test.required("post").members
    guard let (forkName, entries) = posts.first, let post = entries.elements.first,
      let fork = Fork(testName: forkName)
    else { throw UnreadableData("no fork") }
    self.fork = fork
    let config = try test.required("config")
    block = try BlockContext(
      environment: try test.required("env"), fork: fork, config: config, forkName: forkName)
    pre = try InMemoryState(alloc: try test.required("pre"))
    // Blocks before this one have hashes of their numbers.
    for number in block.number - min(block.number, 256)..<block.number {
      pre.blockHashes[number] = Keccak256.hash(Array(String(number).utf8))
    }
    transaction = try post.required("txbytes").bytes()
    sender = try test.required("transaction").required("sender").address()
    stateRoot = try post.required("hash").digest()
    logs = try post.required("logs").digest()
    exceptions =
      post["expectException"]?.text?.split(separator: "|").map {
        String($0.split(separator: ".").last ?? $0)
      } ?? []
  }

  public func run() -> Verdict {
    Verdict(name: name, failure: failure())
  }

  private func failure() -> String? {
    let state = WorldState(pre)
    let executor = Executor(state: state, block: block)
    var logsDigest = [Log]().digest
    do throws(Refusal) {
      logsDigest = try execute(executor).logs.digest
      if !exceptions.isEmpty { return "valid, but expected \(exceptions)" }
    } catch {
      guard !exceptions.isEmpty else { return "refused: \(error)" }
      let names = error.testNames
      if names.isDisjoint(with: exceptions) { return "refused: \(error), expected \(exceptions)" }
    }
    pre.apply(state.changes())
    let root = pre.root()
    if logsDigest != logs { return "logs \(logsDigest), expected \(logs)" }
    if root != stateRoot { return "root \(root), expected \(stateRoot)" }
    return nil
  }

  private func execute(_ executor: Executor) throws(Refusal) -> Outcome {
    let decoded: Transaction
    do {
      decoded = try Transaction(decoding: transaction, fork: fork)
    } catch {
      throw .malformed(error)
    }
    guard let signer = decoded.sender() else { throw .invalid(.unrecoverableSender) }
    guard signer == sender else { throw .wrongSender(signer) }
    do {
      return try executor.execute(decoded, from: signer)
    } catch {
      switch error {
      case .invalid(let reason): throw .invalid(reason)
      case .state(let failure): throw .state(failure)
      }
    }
  }
}
