internal import ArgumentParser
internal import FoundationEssentials
internal import GensynClient
internal import Primitives

struct VerifyArtifact: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Has the gateway hash an artifact's bytes anew.",
    discussion: "The exit code is that of DATA_LOSS if the bytes are damaged.")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var artifact: ArtifactHash

  func run() async throws {
    let gensyn = try options.settings().connect()
    let response = try await gensyn.artifacts.verifyArtifact(hash: Data(artifact.hash))
    try Printer(options).show(
      json: [
        "intact": .bool(response.intact),
        "actualHash": .string(Hex.encode([UInt8](response.actualHash))),
        "readSizeBytes": .count(response.readSizeBytes),
        "damagedFile": .string(response.damagedFile), "damage": .string(response.damage),
      ],
      text: response.intact ? "intact" : "damaged: \(response.damagedFile): \(response.damage)")
    guard response.intact else { throw ExitCode(Outcome.status(.dataLoss).exitCode) }
  }
}
