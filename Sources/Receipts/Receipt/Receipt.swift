public import Primitives
public import Sodium

/// A statement that someone signs: this model, on this input, under these semantics, gives this
/// output. The fields are those of `gensyn.ree.v1.Receipt`, which says more of each.
public struct Receipt: Hashable, Sendable {
  public static let formatVersion: UInt64 = 1

  public var kind: Kind
  /// The set of operator semantics that the bits follow.
  public var semanticsRoot: Digest
  public var engineName: String
  public var engineVersion: String
  public var model: Model
  /// The root over the inputs.
  public var inputRoot: Digest
  /// BLAKE3 over the canonical form of all parameters, the seed included.
  public var parametersHash: Digest
  /// The root over the outputs.
  public var outputRoot: Digest
  public var finishReason: FinishReason
  /// Passes, generated tokens or training steps.
  public var stepCount: UInt64
  public var traceLevel: TraceLevel
  /// The root of the trace; nil at ``TraceLevel/ends`` alone.
  public var traceRoot: Digest?
  /// For training alone.
  public var training: Training?
  /// What binds the receipt to a request: 0 to 32 bytes of the requester's choice.
  public var requesterNonce: [UInt8]
  public var proverKey: Ed25519.PublicKey
  /// When the prover says that it ended, in microseconds since 1970.
  public var timeMicroseconds: UInt64
  public var device: Device
  /// The multiply-adds that the graph needs for this computation.
  public var workMultiplyAdds: UInt64

  public struct Model: Hashable, Sendable {
    public var format: ModelFormat
    /// BLAKE3 of the model's main file.
    public var hash: Digest
    /// The root over graph and weights.
    public var root: Digest
    /// BLAKE3 of the tokenizer's file.
    public var tokenizerHash: Digest?

    public init(format: ModelFormat, hash: Digest, root: Digest, tokenizerHash: Digest? = nil) {
      self.format = format
      self.hash = hash
      self.root = root
      self.tokenizerHash = tokenizerHash
    }
  }

  public struct Training: Hashable, Sendable {
    /// The root over the data in the order used.
    public var datasetRoot: Digest
    /// BLAKE3 of the checkpoint before the first step.
    public var startCheckpoint: Digest
    /// BLAKE3 of the checkpoint after the last step.
    public var endCheckpoint: Digest
    /// The number of the first step, counted from 0.
    public var firstStep: UInt64

    public init(
      datasetRoot: Digest, startCheckpoint: Digest, endCheckpoint: Digest, firstStep: UInt64
    ) {
      self.datasetRoot = datasetRoot
      self.startCheckpoint = startCheckpoint
      self.endCheckpoint = endCheckpoint
      self.firstStep = firstStep
    }
  }

  /// Where it ran. Informative: it changes no bit of the result.
  public struct Device: Hashable, Sendable {
    public var instructionSet: String
    public var threadCount: UInt64

    public init(instructionSet: String, threadCount: UInt64) {
      self.instructionSet = instructionSet
      self.threadCount = threadCount
    }
  }

  // The numbers are those of the enumerations in `gensyn.ree.v1`.
  public enum Kind: UInt64, Sendable, CaseIterable {
    case run = 1
    case generate = 2
    case train = 3
  }

  public enum ModelFormat: UInt64, Sendable, CaseIterable {
    case onnx = 1
    case gguf = 2
    case safetensors = 3
    case gptConfiguration = 4
  }

  public enum TraceLevel: UInt64, Sendable, CaseIterable, Comparable {
    case ends = 1
    case steps = 2
    case layers = 3
    case nodes = 4

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  public enum FinishReason: UInt64, Sendable, CaseIterable {
    case complete = 1
    case endOfText = 2
    case stop = 3
    case length = 4
  }

  public init(
    kind: Kind, semanticsRoot: Digest, engineName: String, engineVersion: String, model: Model,
    inputRoot: Digest, parametersHash: Digest, outputRoot: Digest, finishReason: FinishReason,
    stepCount: UInt64, traceLevel: TraceLevel, traceRoot: Digest?, training: Training? = nil,
    requesterNonce: [UInt8], proverKey: Ed25519.PublicKey, timeMicroseconds: UInt64,
    device: Device, workMultiplyAdds: UInt64
  ) {
    self.kind = kind
    self.semanticsRoot = semanticsRoot
    self.engineName = engineName
    self.engineVersion = engineVersion
    self.model = model
    self.inputRoot = inputRoot
    self.parametersHash = parametersHash
    self.outputRoot = outputRoot
    self.finishReason = finishReason
    self.stepCount = stepCount
    self.traceLevel = traceLevel
    self.traceRoot = traceRoot
    self.training = training
    self.requesterNonce = requesterNonce
    self.proverKey = proverKey
    self.timeMicroseconds = timeMicroseconds
    self.device = device
    self.workMultiplyAdds = workMultiplyAdds
  }
}
