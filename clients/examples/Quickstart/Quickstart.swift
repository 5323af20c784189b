import GensynClient

@main
struct Quickstart {
  static func main() async throws {
    let gensyn = try Gensyn.connect("127.0.0.1:50051")
    let stored = try await gensyn.artifacts.upload(file: CommandLine.arguments[1])
    if let hash = stored.artifact.digest { print(hash) }
  }
}
