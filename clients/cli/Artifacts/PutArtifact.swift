internal import ArgumentParser
internal import GensynClient

struct PutArtifact: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "put", abstract: "Stores a file and shows its hash.",
    discussion: """
      An upload that broke off goes on where it was when the same file is put again. Bytes that the \
      gateway has already are not sent.
      """)

  @OptionGroup var options: GlobalOptions

  @Option(help: "A name to find it by; otherwise the file's own.")
  var name: String?

  @Option(help: "What it is used for.")
  var kind: ArtifactKindName?

  @Option(help: ArgumentHelp("Its media type.", valueName: "type"))
  var mediaType = ""

  @Argument(help: "The file.", completion: .file())
  var file: String

  func run() async throws {
    let gensyn = try options.settings().connect()
    let bar = ProgressBar()
    defer { bar.finish() }
    let response = try await gensyn.artifacts.upload(
      file: file, name: name, mediaType: mediaType, kind: kind?.kind ?? .unspecified,
      progress: bar.update)
    bar.finish()
    var json = response.artifact.json
    json.append("alreadyStored", .bool(response.alreadyStored))
    try Printer(options).show(json: json, text: response.artifact.hashText)
  }
}
