internal import ArgumentParser
internal import ArrayFiles
internal import Foundation
internal import GensynClient
internal import Primitives
internal import RPC
internal import Schema

/// Where a run's outputs go.
struct RunOutputs: ParsableArguments {
  @Option(
    help: ArgumentHelp("Write each output to NAME.npy in this folder.", valueName: "folder"),
    completion: .directory)
  var outputDir: String?

  @Option(
    help: ArgumentHelp("Write all outputs to this .npz file.", valueName: "file"),
    completion: .file())
  var outputFile: String?

  var isWanted: Bool { outputDir != nil || outputFile != nil }

  /// Writes the outputs, fetching those that the gateway keeps.
  func write(_ outputs: [Gensyn_Ree_V1.Tensor], _ gensyn: Gensyn) async throws {
    guard isWanted else { return }
    var files: [(name: String, content: [UInt8])] = []
    for tensor in outputs {
      let elements = try await Self.elements(tensor, gensyn)
      let name = Self.fileName(tensor.name)
      if let file = tensor.npy(elements) {
        files.append(("\(name).npy", file))
      } else {
        Note.write("\(tensor.name): NumPy has no \(tensor.dataType): its elements as they are")
        files.append(("\(name).bin", elements))
      }
    }
    if let outputDir {
      try FileManager.default.createDirectory(
        atPath: outputDir, withIntermediateDirectories: true)
      for (name, content) in files { try Self.write(content, to: "\(outputDir)/\(name)") }
    }
    if let outputFile { try Self.write(try ZipArchive.write(files), to: outputFile) }
  }

  /// The elements, checked against their hash where they had to be fetched.
  static func elements(
    _ tensor: Gensyn_Ree_V1.Tensor, _ gensyn: Gensyn
  ) async throws -> [UInt8] {
    guard case .artifactHash(let bytes)? = tensor.content else { return [UInt8](tensor.data) }
    let hash = try Digest([UInt8](bytes))
    var elements: [UInt8] = []
    try await gensyn.artifacts.read(hash) { elements.append(contentsOf: $0) }
    guard BLAKE3.hash(elements) == hash else {
      throw RPCError(.dataLoss, "what the gateway sent for \(hash) has another hash")
    }
    return elements
  }

  // Names of outputs are free text; none may lead out of the folder.
  private static func fileName(_ name: String) -> String {
    let safe = String(name.map { $0.isLetter || $0.isNumber || "-_.:".contains($0) ? $0 : "_" })
    return safe.isEmpty || safe.hasPrefix(".") ? "output\(safe)" : safe
  }

  private static func write(_ content: [UInt8], to path: String) throws {
    do {
      try Data(content).write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw UserError("\(path) cannot be written: \(error.localizedDescription)")
    }
  }
}
