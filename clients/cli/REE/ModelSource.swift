internal import ArgumentParser
internal import Files
internal import FoundationEssentials
internal import GensynClient
internal import Primitives
internal import RPC
internal import Schema

/// The arguments of commands about one model: stored already, or files to store first.
struct ModelSource: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "The model: a file, which is stored first, or its artifact's hash.",
      valueName: "file-or-hash"), completion: .file())
  var model: String

  @Option(
    help: ArgumentHelp(
      "A file that the model's file refers to by this name; may be repeated.",
      valueName: "name=file-or-hash"))
  var modelFile: [String] = []

  @Option(
    help: ArgumentHelp(
      "The model's tokenizer.json, or its artifact's hash.", valueName: "file-or-hash"),
    completion: .file())
  var tokenizer: String?

  /// The artifacts' hashes, once all files are stored.
  func reference(_ gensyn: Gensyn) async throws -> Gensyn_Ree_V1.ModelReference {
    var reference = Gensyn_Ree_V1.ModelReference()
    reference.modelHash = Data(try await Self.stored(model, gensyn))
    for text in modelFile {
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { throw UserError("--model-file is NAME=FILE, not \(text)") }
      var file = Gensyn_Ree_V1.ModelFile()
      file.name = parts[0]
      file.hash = Data(try await Self.stored(parts[1], gensyn))
      reference.files.append(file)
    }
    if let tokenizer {
      reference.tokenizerHash = Data(try await Self.stored(tokenizer, gensyn))
    }
    return reference
  }

  private static func stored(_ source: String, _ gensyn: Gensyn) async throws -> Digest {
    if let hash = try? Digest(hex: source) { return hash }
    let bar = ProgressBar()
    defer { bar.finish() }
    do {
      let response = try await gensyn.artifacts.upload(
        file: source, kind: .model, progress: bar.update)
      return try Digest([UInt8](response.artifact.hash))
    } catch let error as FileError where error.isMissing {
      throw UserError("there is no file \(source), and it is no artifact's hash")
    }
  }
}
