import GensynClient

@main
struct Quickstart {
  static func main() async throws {
    let gensyn = try Gensyn.connect(CommandLine.arguments[1])
    let stored = try await gensyn.artifacts.upload(file: CommandLine.arguments[2])
    if let hash = stored.artifact.digest { print(hash) }
  }
}
