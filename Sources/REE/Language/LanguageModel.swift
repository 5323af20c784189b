internal import CKernels
public import ModelFiles
public import Tokenizers

/// A language model ready to run: a decoder of the Llama family from a GGUF file.
///
/// Weights in Q8_0, Q4_0 and Q4_1 stay in their blocks; a tensor of another encoding is decoded. The
/// bits of every result follow from the file and the tokens alone: they are the same with any number
/// of threads, on any instruction set, and however the tokens are split into calls.
public final class LanguageModel: Sendable {
  public let tokenizer: Tokenizer
  public let metadata: GGUFMetadata
  let sizes: DecoderConfiguration
  let tensors: DecoderTensors
  let bytes: ModelBytes
  let layers: [Layer]
  let outputNorm: FloatMemory
  let output: Linear
  let rotation: RotaryEmbedding

  struct Layer: Sendable {
    let attentionNorm: FloatMemory
    let query, key, value, attentionOutput: Linear
    let hiddenNorm: FloatMemory
    let gate, up, down: Linear
  }

  /// Reads a model and makes its weights ready.
  ///
  /// - Parameter memorySizeBytesMax: Refuse a model whose weights take more, in bytes.
  public init(
    _ bytes: ModelBytes, memorySizeBytesMax: Int = 16 << 30
  ) throws(LanguageModelError) {
    _ = Self.chosenInstructionSet
    let (metadata, tensors, sizes, tokenizer) = try Self.inspect(bytes)
    guard tensors.readySizeBytes <= memorySizeBytesMax else {
      throw .memory(neededBytes: tensors.readySizeBytes, allowedBytes: memorySizeBytesMax)
    }
    self.bytes = bytes
    self.metadata = metadata
    self.tensors = tensors
    self.sizes = sizes
    self.tokenizer = tokenizer
    let ready = try bytes.withBytes { (span) throws(LanguageModelError) in
      try Ready(tensors, span)
    }
    layers = ready.layers
    outputNorm = ready.outputNorm
    output = ready.output
    rotation = RotaryEmbedding(
      width: sizes.rotaryWidth, base: sizes.rotaryBase, factors: ready.rotaryFactors)
  }

  /// The longest sequence in tokens.
  public var contextLength: Int { sizes.contextLength }
  /// The number of tokens.
  public var vocabularySize: Int { sizes.vocabularySize }
  /// The bytes that the weights take in memory. The embedding's rows are read from the file.
  public var weightsSizeBytes: Int { tensors.readySizeBytes }
  /// The tokens after which a text is complete.
  public var endTokens: Set<UInt32> {
    Set(
      ["eos", "eot", "eom"].compactMap {
        metadata["tokenizer.ggml.\($0)_token_id"]?.integer.flatMap(UInt32.init(exactly:))
      })
  }

  /// The name of the instruction set that computes, such as `avx512`. It changes no bit.
  public static var instructionSet: String {
    _ = chosenInstructionSet
    return unsafe String(cString: ree_isa())
  }

  /// The best of this machine, or the one that `REE_ISA` names.
  private static let chosenInstructionSet: Void = { _ = ree_select(nil) }()

  private static func inspect(
    _ bytes: ModelBytes
  ) throws(LanguageModelError) -> (
    GGUFMetadata, DecoderTensors, DecoderConfiguration, Tokenizer
  ) {
    let file: GGUFFile
    do {
      file = try bytes.withBytes { (span) throws(GGUFMalformed) in try GGUFFile(span) }
    } catch {
      throw .file(error)
    }
    // What the architecture is comes before what else may be missing.
    let rows = file.tensors["token_embd.weight"]?.shape.first ?? 0
    let sizes = try DecoderConfiguration(file.metadata, vocabularySize: rows)
    let tensors = try DecoderTensors(file.tensors, sizes)
    let tokenizer: Tokenizer
    do {
      tokenizer = try Tokenizer(gguf: file.metadata)
    } catch {
      throw .tokenizer(error)
    }
    guard tokenizer.vocabulary.size <= rows else { throw .value("tokenizer.ggml.tokens") }
    return (file.metadata, tensors, sizes, tokenizer)
  }
}

/// The weights while they are being made ready.
private struct Ready {
  let layers: [LanguageModel.Layer]
  let outputNorm: FloatMemory
  let output: Linear
  let rotaryFactors: [Float]?

  init(_ tensors: DecoderTensors, _ bytes: Span<UInt8>) throws(LanguageModelError) {
    func floats(_ entry: TensorEntry) throws(LanguageModelError) -> [Float] {
      try Linear.decode(entry.name, entry, bytes.extracting(entry.bytes))
    }
    func linear(_ entry: TensorEntry) throws(LanguageModelError) -> Linear {
      try Linear(entry.name, entry, bytes)
    }
    var layers: [LanguageModel.Layer] = []
    for layer in tensors.layers {
      layers.append(
        LanguageModel.Layer(
          attentionNorm: FloatMemory(try floats(layer.attentionNorm)),
          query: try linear(layer.query), key: try linear(layer.key),
          value: try linear(layer.value), attentionOutput: try linear(layer.attentionOutput),
          hiddenNorm: FloatMemory(try floats(layer.hiddenNorm)), gate: try linear(layer.gate),
          up: try linear(layer.up), down: try linear(layer.down)))
    }
    self.layers = layers
    outputNorm = FloatMemory(try floats(tensors.outputNorm))
    output = try linear(tensors.output)
    rotaryFactors = try tensors.rotaryFactors.map { (entry) throws(LanguageModelError) in
      try floats(entry)
    }
    // One row of the embedding is decoded here, so that later ones cannot fail.
    var row: [Float] = []
    let rowBytes = tensors.embedding.bytes.count / max(tensors.embedding.shape[0], 1)
    let first = tensors.embedding.bytes.lowerBound
    do {
      try BlockDecoder.decode(
        tensors.embedding.encoding, bytes.extracting(first..<first + rowBytes), into: &row)
    } catch {
      throw .encoding(tensor: tensors.embedding.name, tensors.embedding.encoding)
    }
  }
}
