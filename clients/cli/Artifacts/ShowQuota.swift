internal import ArgumentParser
internal import GensynClient

struct ShowQuota: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "quota", abstract: "Shows how much the caller has stored and may store.")

  @OptionGroup var options: GlobalOptions

  func run() async throws {
    let gensyn = try options.settings().connect()
    let quota = try await gensyn.artifacts.getArtifactQuota()
    func limit(_ bytes: UInt64) -> String { bytes == 0 ? "no limit" : ByteCount.text(bytes) }
    try Printer(options).show(
      json: [
        "usedSizeBytes": .count(quota.usedSizeBytes),
        "limitSizeBytes": .count(quota.limitSizeBytes),
        "artifactSizeBytesMax": .count(quota.artifactSizeBytesMax),
        "artifactCount": .count(quota.artifactCount),
      ],
      text: """
        artifacts         \(quota.artifactCount)
        used              \(ByteCount.text(quota.usedSizeBytes))
        limit             \(limit(quota.limitSizeBytes))
        largest artifact  \(limit(quota.artifactSizeBytesMax))
        """)
  }
}
