public import ModelFiles
public import Tokenizers

/// Why a file cannot be used as a language model.
public enum LanguageModelError: Error, Hashable, Sendable {
  case file(GGUFMalformed)
  case tokenizer(TokenizerError)
  /// The file names an architecture that is not known here; `nil`: none.
  case architecture(String?)
  /// A value of the metadata is missing, of the wrong type or outside its range.
  case value(String)
  /// A value asks for something that is not implemented.
  case unsupported(String)
  case missingTensor(String)
  case shape(tensor: String, expected: [Int], found: [Int])
  case encoding(tensor: String, TensorEncoding)
  /// The weights take more memory than is allowed.
  case memory(neededBytes: Int, allowedBytes: Int)
}

extension LanguageModelError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .file(let malformed): "\(malformed)"
    case .tokenizer(let error): "\(error)"
    case .architecture(let name):
      "a model of architecture \(name ?? "unknown"); only \"llama\" can be run"
    case .value(let key): "\(key) is missing or not usable"
    case .unsupported(let what): "\(what) is not supported"
    case .missingTensor(let name): "tensor \(name) is missing"
    case .shape(let tensor, let expected, let found):
      "tensor \(tensor) has the shape \(found) instead of \(expected)"
    case .memory(let needed, let allowed):
      "the weights need \(needed) bytes of memory, \(allowed) are allowed"
    case .encoding(let tensor, let encoding):
      "tensor \(tensor) is stored as \(encoding.rawValue), which cannot be computed with"
    }
  }
}
