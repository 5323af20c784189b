internal import ArgumentParser
internal import Files
internal import FoundationEssentials
internal import GensynClient
internal import MarketParticipants
internal import Primitives
internal import Schema
internal import Sodium
internal import Wallet

extension SigningAccount {
  /// The account at a gateway.
  func account(_ gensyn: Gensyn) throws -> MarketAccount {
    MarketAccount(gensyn, key: try key())
  }
}

/// Tokens as people write them: `1.5` is one and a half $AI.
enum Tokens {
  static func parse(_ text: String) throws(UserError) -> U256 {
    try Amount.wei(text.last?.isNumber == true ? text + "ether" : text)
  }

  static func text(_ data: Data) -> String { "\(Amount.ether(data.number)) AI" }
}

/// A job's, an offer's or another thing's identifier: 32 bytes in hexadecimal digits.
struct MarketIdentifier: ParsableArguments {
  @Argument(help: "Its identifier.", transform: { try Digest(hex: $0) })
  var id: Digest
}

/// What is needed to compute for others.
struct WorkerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The program that computes; otherwise gensyn-worker beside this one.", valueName: "file"),
    completion: .file())
  var worker: String?

  @Option(
    help: ArgumentHelp("Where models are kept.", valueName: "folder"), completion: .directory)
  var models = "models"

  @Option(help: ArgumentHelp("Memory for one computation, in MiB.", valueName: "mebibytes"))
  var memory: UInt64 = 4_096

  @Option(help: ArgumentHelp("Processor time for one computation.", valueName: "seconds"))
  var seconds: UInt64 = 600

  @Option(help: "Threads of one computation.") var threads = 2

  @Option(
    help: ArgumentHelp(
      "The key that signs receipts, which gensyn key new makes; otherwise a new one each time.",
      valueName: "file"),
    completion: .file())
  var receiptKey: String?

  func computer(_ gensyn: Gensyn) throws -> SandboxComputer {
    var limits = SandboxComputer.Limits()
    limits.memoryBytesMax = memory.multipliedReportingOverflow(by: 1 << 20).partialValue
    limits.seconds = seconds
    limits.threads = threads
    try Directory.create(models)
    let own = CommandLine.arguments.first ?? ""
    let beside = own.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    let program = worker ?? (beside + ["gensyn-worker"]).joined(separator: "/")
    return SandboxComputer(gensyn, program: program, folder: models, limits: limits)
  }

  func key() throws -> Ed25519.SecretKey {
    try receiptKey.map { try Ed25519.SecretKey(contentsOf: $0) } ?? Ed25519.SecretKey()
  }
}

/// The class of this machine, by what its processor says of itself.
enum HardwareClass {
  static var own: String {
    let text = (try? File.contents(of: "/proc/cpuinfo", sizeMax: 1 << 20)) ?? nil
    let flags = String(decoding: text ?? [], as: UTF8.self)
    let set =
      flags.contains("avx512f")
      ? "avx512" : flags.contains("avx2") ? "avx2" : flags.contains("asimd") ? "neon" : "scalar"
    return "cpu-\(set)-\(ProcessInfo.processInfo.activeProcessorCount)"
  }
}
