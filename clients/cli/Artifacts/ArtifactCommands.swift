internal import ArgumentParser
internal import GensynClient
internal import Primitives
internal import Schema

struct ArtifactCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "artifact",
    abstract: "Stores and fetches models, datasets, checkpoints and results.",
    subcommands: [
      PutArtifact.self, GetArtifact.self, StatArtifact.self, ListArtifacts.self,
      DeleteArtifact.self, VerifyArtifact.self, ShowQuota.self,
    ])
}

/// The one argument of commands about one artifact.
struct ArtifactHash: ParsableArguments {
  @Argument(
    help: ArgumentHelp("The artifact's BLAKE3-256, 64 hexadecimal digits.", valueName: "hash"),
    transform: { try Digest(hex: $0) })
  var hash: Digest
}

/// Kinds of artifacts, as the command line names them.
enum ArtifactKindName: String, ExpressibleByArgument, CaseIterable {
  case model, dataset, checkpoint, result, trace, receipt

  var kind: Gensyn_Ree_V1.ArtifactKind {
    switch self {
    case .model: .model
    case .dataset: .dataset
    case .checkpoint: .checkpoint
    case .result: .result
    case .trace: .trace
    case .receipt: .receipt
    }
  }

  init?(_ kind: Gensyn_Ree_V1.ArtifactKind) {
    guard let name = Self.allCases.first(where: { $0.kind == kind }) else { return nil }
    self = name
  }
}

extension Gensyn_Ree_V1.Artifact {
  var hashText: String { digest?.description ?? Hex.encode([UInt8](hash)) }

  var kindText: String { ArtifactKindName(kind)?.rawValue ?? "" }

  var json: JSON {
    [
      "hash": .string(hashText), "sizeBytes": .count(sizeBytes), "name": .string(name),
      "kind": .string(kindText), "mediaType": .string(mediaType),
      "createTime": .string(Moment.text(createTime)),
    ]
  }
}
