internal import ArgumentParser
internal import ArrayFiles
internal import Files
internal import Foundation
internal import GensynClient
internal import Primitives
internal import Schema

/// What goes into a run.
struct RunInputs: ParsableArguments {
  @Option(
    name: .customLong("input"),
    help: ArgumentHelp(
      """
      An input: NAME=FILE.npy, FILE.npz for several at once, or NAME=TYPE:NUMBERS such as \
      sr=int64:16000 or x=float32:[[1,2],[3,4]]; may be repeated.
      """, valueName: "input"))
  var inputs: [String] = []

  @Option(
    help: ArgumentHelp(
      "A text for the model's tokenizer, instead of inputs; may be repeated.", valueName: "text"))
  var text: [String] = []

  /// The largest file of arrays that is read, in bytes.
  private static let fileSizeMax = 1 << 32

  func messages(_ gensyn: Gensyn) async throws -> [Gensyn_Ree_V1.Tensor] {
    var messages: [Gensyn_Ree_V1.Tensor] = []
    for text in inputs {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        .map(String.init)
      guard parts.count == 2 else {
        for (name, content) in try Self.members(of: text) {
          messages.append(try await Self.message(name, content, gensyn))
        }
        continue
      }
      if let tensor = try InlineTensor(parts[1]) {
        messages.append(try tensor.message(parts[0]))
      } else {
        guard let file = try File.userContents(of: parts[1], sizeMax: Self.fileSizeMax) else {
          throw UserError("there is no file \(parts[1])")
        }
        messages.append(try await Self.message(parts[0], file, gensyn))
      }
    }
    return messages
  }

  private static func members(of path: String) throws -> [(name: String, content: [UInt8])] {
    guard let file = try File.userContents(of: path, sizeMax: fileSizeMax) else {
      throw UserError("there is no file \(path); one input is NAME=FILE.npy")
    }
    do {
      return try ZipArchive.read(file).map { name, content in
        (name.hasSuffix(".npy") ? String(name.dropLast(4)) : name, content)
      }
    } catch {
      throw UserError("\(path): \(error)")
    }
  }

  private static func message(
    _ name: String, _ npy: [UInt8], _ gensyn: Gensyn
  ) async throws -> Gensyn_Ree_V1.Tensor {
    if let small = Gensyn_Ree_V1.Tensor(name, npy: npy) { return small }
    // Uploads read files, so that they can be taken up again.
    let path = FileManager.default.temporaryDirectory
      .appending(path: "gensyn-\(UUID().uuidString).npy").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    do {
      try Data(npy).write(to: URL(filePath: path), options: .withoutOverwriting)
    } catch {
      throw UserError("\(path) cannot be written: \(error.localizedDescription)")
    }
    let bar = ProgressBar()
    defer { bar.finish() }
    let response = try await gensyn.artifacts.upload(
      file: path, name: "\(name).npy", kind: .dataset, progress: bar.update)
    var tensor = Gensyn_Ree_V1.Tensor()
    tensor.name = name
    tensor.npyArtifactHash = response.artifact.hash
    return tensor
  }
}
