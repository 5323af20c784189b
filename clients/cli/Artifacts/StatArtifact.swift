internal import ArgumentParser
internal import FoundationEssentials
internal import GensynClient

struct StatArtifact: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "stat", abstract: "Describes an artifact.")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var artifact: ArtifactHash

  func run() async throws {
    let gensyn = try options.settings().connect()
    let description = try await gensyn.artifacts.statArtifact(hash: Data(artifact.hash)).artifact
    try Printer(options).show(
      json: description.json,
      text: """
        hash        \(description.hashText)
        size        \(description.sizeBytes) bytes
        name        \(description.name)
        kind        \(description.kindText)
        media type  \(description.mediaType)
        created     \(Moment.text(description.createTime))
        """)
  }
}
