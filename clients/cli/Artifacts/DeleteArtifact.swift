internal import ArgumentParser
internal import FoundationEssentials
internal import GensynClient

struct DeleteArtifact: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete", abstract: "Takes the caller's artifact out of the store.")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var artifact: ArtifactHash

  func run() async throws {
    let gensyn = try options.settings().connect()
    _ = try await gensyn.artifacts.deleteArtifact(hash: Data(artifact.hash))
  }
}
