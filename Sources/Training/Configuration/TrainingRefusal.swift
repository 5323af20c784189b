public import Primitives

/// Why a training run does not begin, or a checkpoint is not taken.
public enum TrainingRefusal: Error, Hashable, Sendable {
  /// A value of the configuration, by its name in the request.
  case value(String, String)
  /// The run needs more memory than it may take, in bytes.
  case memory(needed: UInt64, allowed: UInt64)
  /// A text is too short: it must hold more tokens than this.
  case shortData(String, tokens: Int, needed: Int)
  /// A text has a token that the model does not.
  case token(UInt32, vocabularySize: Int)
  /// A file is not what the configuration names.
  case otherData(String, expected: Digest, found: Digest)
  case checkpoint(CheckpointFault)
}

/// Why bytes are no checkpoint of a run.
public enum CheckpointFault: Error, Hashable, Sendable {
  /// It is no safetensors file, or a broken one.
  case file(String)
  /// The metadata lacks something or contradicts itself.
  case metadata(String)
  /// A tensor is missing, or has another type or shape than the model's.
  case tensor(String)
  /// It is a checkpoint of a run with another configuration.
  case otherRun
}

extension TrainingRefusal: CustomStringConvertible {
  public var description: String {
    switch self {
    case .value(let name, let reason): "\(name) \(reason)"
    case .memory(let needed, let allowed):
      "training needs \(needed) bytes of memory, and may take \(allowed): make the batch, the sequence "
        + "or the model smaller"
    case .shortData(let name, let tokens, let needed):
      "\(name) has \(tokens) tokens; this batch needs at least \(needed)"
    case .token(let token, let size):
      "the data has token \(token), and the model knows \(size): raise gpt.vocabulary_size"
    case .otherData(let name, let expected, let found):
      "\(name) has the hash \(found), not \(expected)"
    case .checkpoint(let fault): "\(fault)"
    }
  }
}

extension CheckpointFault: CustomStringConvertible {
  public var description: String {
    switch self {
    case .file(let reason): "the checkpoint cannot be read: \(reason)"
    case .metadata(let name): "the checkpoint's metadata has no valid \(name)"
    case .tensor(let name): "the checkpoint has no tensor \(name) of the model's shape"
    case .otherRun: "the checkpoint belongs to a run with another configuration"
    }
  }
}
