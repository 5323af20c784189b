/// What a generation may do and when it ends.
public struct GenerationOptions: Hashable, Sendable {
  public var sampling = SamplingParameters()
  /// Generate at most so many tokens. 0: up to the model's context.
  public var tokenCountMax = 0
  /// End where one of these texts appears; it is not part of the result.
  public var stopTexts: [String] = []
  /// Report the natural logarithm of each token's probability under the model's own logits.
  public var reportsLogProbabilities = false
  /// Report the hash of the logits that each token was chosen from.
  public var reportsCommitments = false
  /// Refuse to start if more memory is needed than so many bytes.
  public var memorySizeBytesMax = 16 << 30
  /// Threads to use. It changes no bit.
  public var threadCount = 1

  public static let stopTextCountMax = 16
  public static let stopTextBytesMax = 1_024

  public init() {}
}

/// What a generation needs, known before it starts.
public struct GenerationPlan: Hashable, Sendable {
  public let promptTokenCount: Int
  /// The most tokens that will be generated.
  public let tokenCountMax: Int
  /// Weights, keys and values, and the memory to compute in, in bytes.
  public let peakMemorySizeBytes: Int
  /// The part of it that the weights take.
  public let weightsSizeBytes: Int
  /// Multiply-adds with weights for each token.
  public let tokenMultiplyAdds: UInt64
  /// The instruction set that computes. It changes no bit.
  public let instructionSet: String
}

/// Why a generation did not start.
public enum GenerationRefusal: Error, Hashable, Sendable {
  /// There is nothing to continue.
  case emptyPrompt
  /// The prompt leaves no room in the model's context.
  case promptTooLong(tokens: Int, contextLength: Int)
  case unknownToken(UInt32)
  case sampling(SamplingParameters.Invalid)
  /// Too many stop texts, an empty one or a long one.
  case stopTexts
  case memory(neededBytes: Int, allowedBytes: Int)
}

extension GenerationRefusal: CustomStringConvertible {
  public var description: String {
    switch self {
    case .emptyPrompt: "the prompt holds no token"
    case .promptTooLong(let tokens, let contextLength):
      "the prompt has \(tokens) tokens; the model's context of \(contextLength) leaves no room"
    case .unknownToken(let id): "the model has no token \(id)"
    case .sampling(let invalid): invalid.rawValue
    case .stopTexts:
      "at most \(GenerationOptions.stopTextCountMax) stop texts of 1 to "
        + "\(GenerationOptions.stopTextBytesMax) bytes"
    case .memory(let needed, let allowed):
      "\(needed) bytes of memory are needed, \(allowed) are allowed"
    }
  }
}

/// One generated token.
public struct GeneratedToken: Hashable, Sendable {
  /// Counted from the first generated token.
  public let position: Int
  public let id: UInt32
  /// The text that became complete with it, whole characters only; perhaps none.
  public let text: String
  /// The natural logarithm of its probability, if asked for.
  public let logProbability: Float?
  /// What a trace commits to for this step, if asked for.
  public let commitment: StepCommitment?
}

/// How a generation ended.
public struct GenerationResult: Hashable, Sendable {
  public enum FinishReason: Hashable, Sendable {
    /// The model ended its text.
    case endOfText
    /// A stop text appeared.
    case stop
    /// The limit of tokens or the model's context was reached.
    case length
    case cancelled
    /// No token could be chosen: all logits were NaN.
    case noCandidate
  }

  public let finishReason: FinishReason
  /// The generated tokens, an end token included.
  public let tokens: [UInt32]
  /// The whole text; it is the pieces joined.
  public let text: String
}
