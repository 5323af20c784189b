internal import ModelFiles

/// A small GPT by its sizes alone: the architecture of GPT-2 (Radford et al., 2019), normalised before
/// each part, with learned positions and one matrix for embedding and output.
public struct GPTConfiguration: Hashable, Sendable {
  public var layerCount: Int
  /// The width of the embedding.
  public var width: Int
  /// Attention heads in each layer.
  public var headCount: Int
  /// The width of the hidden layer of the feed-forward part.
  public var hiddenWidth: Int
  /// The longest sequence in tokens.
  public var contextLength: Int
  /// The number of tokens.
  public var vocabularySize: Int
  /// The seed of the initial weights.
  public var seed: UInt64

  /// One token for each byte.
  public static let byteVocabularySize = 256

  public init(
    layerCount: Int, width: Int, headCount: Int, hiddenWidth: Int, contextLength: Int,
    vocabularySize: Int = byteVocabularySize, seed: UInt64 = 0
  ) {
    self.layerCount = layerCount
    self.width = width
    self.headCount = headCount
    self.hiddenWidth = hiddenWidth
    self.contextLength = contextLength
    self.vocabularySize = vocabularySize
    self.seed = seed
  }
}

extension GPTConfiguration {
  public static let layerCountMax = 96
  public static let widthMax = 16_384
  public static let hiddenWidthMax = 65_536
  public static let contextLengthMax = 16_384
  public static let vocabularySizeMax = 1 << 20

  /// Refuses what is no model or larger than any that is meant here.
  func check() throws(TrainingRefusal) {
    let sizes: [(String, Int, Int)] = [
      ("layer_count", layerCount, Self.layerCountMax), ("width", width, Self.widthMax),
      ("head_count", headCount, Self.widthMax),
      ("hidden_width", hiddenWidth, Self.hiddenWidthMax),
      ("context_length", contextLength, Self.contextLengthMax),
      ("vocabulary_size", vocabularySize, Self.vocabularySizeMax),
    ]
    for (name, size, most) in sizes where !(1...most ~= size) {
      throw .value("gpt.\(name)", "must be 1 to \(most), not \(size)")
    }
    guard width.isMultiple(of: headCount) else {
      throw .value("gpt.head_count", "must divide the width: \(width) by \(headCount)")
    }
  }

  /// The configuration's one spelling as a file: what a receipt calls the model.
  public var fileBytes: [UInt8] {
    let members = fields.map { "\"\($0.name)\":\($0.value)" }
    return Array("{\(members.joined(separator: ","))}\n".utf8)
  }

  /// By name, in the order of the file.
  var fields: [(name: String, value: UInt64)] {
    [
      ("layer_count", UInt64(layerCount)), ("width", UInt64(width)),
      ("head_count", UInt64(headCount)), ("hidden_width", UInt64(hiddenWidth)),
      ("context_length", UInt64(contextLength)), ("vocabulary_size", UInt64(vocabularySize)),
      ("seed", seed),
    ]
  }
}
