internal import Primitives
internal import REE
internal import Schema

/// The format of a model's main file, told by its first bytes.
enum ModelFileFormat {
  case onnx, gguf, safetensors

  /// - Returns: `nil` for what is no model, such as a tokenizer.
  init?(of digest: Digest, in store: ArtifactStore) throws(ArtifactStore.ReadError) {
    var head: [UInt8] = []
    try store.open(digest).read(offset: 0, length: 9, into: &head)
    self.init(head)
  }

  init?(_ head: [UInt8]) {
    if head.starts(with: Array("GGUF".utf8)) {
      self = .gguf
    } else if head.count >= 9, head[8] == UInt8(ascii: "{"), head[5...7].allSatisfy({ $0 == 0 }) {
      // The length of a header of JSON stands in front of it.
      self = .safetensors
    } else if head.first == 0x08 {
      // Every ONNX file begins with its format's version, field 1.
      self = .onnx
    } else {
      return nil
    }
  }

  var message: Gensyn_Ree_V1.ModelFormat {
    switch self {
    case .onnx: .onnx
    case .gguf: .gguf
    case .safetensors: .safetensors
    }
  }
}
