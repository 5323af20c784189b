internal import ArgumentParser
internal import Console
internal import FoundationEssentials
internal import GensynClient
internal import Primitives
internal import RPC

struct GetArtifact: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Fetches an artifact to standard output or into a file.",
    discussion: """
      A whole artifact is checked against its hash. A download into a file that broke off goes on \
      where it was when it is asked for again.
      """)

  @OptionGroup var options: GlobalOptions

  @Option(
    help: ArgumentHelp("Write to this file instead.", valueName: "file"), completion: .file())
  var outputFile: String?

  @Option(help: ArgumentHelp("The first byte to fetch.", valueName: "bytes"))
  var offset: UInt64 = 0

  @Option(help: ArgumentHelp("How many bytes to fetch at most.", valueName: "bytes"))
  var length: UInt64?

  @OptionGroup var artifact: ArtifactHash

  func validate() throws {
    guard outputFile == nil || !isPart else {
      throw ValidationError("a part of an artifact goes to standard output: redirect it")
    }
  }

  private var isPart: Bool { offset != 0 || length != nil }

  func run() async throws {
    let gensyn = try options.settings().connect()
    let bar = ProgressBar()
    defer { bar.finish() }
    if let outputFile {
      let description = try await gensyn.artifacts.download(
        artifact.hash, to: outputFile, progress: bar.update)
      bar.finish()
      var json = description.json
      json.append("outputFile", .string(outputFile))
      return try Printer(options).show(json: json, text: outputFile)
    }
    guard !OutputStream.standardOutput.isTerminal else {
      throw UserError("an artifact may be anything but text: redirect it, or use --output-file")
    }
    try await write(gensyn, bar)
  }

  private func write(_ gensyn: Gensyn, _ bar: ProgressBar) async throws {
    var hasher = BLAKE3()
    try await gensyn.artifacts.read(
      artifact.hash, offset: offset, length: length, progress: bar.update
    ) { data in
      if !isPart { hasher.update(data.bytes) }
      try OutputStream.standardOutput.write(data.bytes)
    }
    guard isPart || hasher.finalize() == artifact.hash else {
      throw RPCError(.dataLoss, "what the gateway sent for \(artifact.hash) has another hash")
    }
  }
}
