/// Why bytes are no safetensors file, and where.
public enum SafetensorsMalformed: Error, Hashable, Sendable {
  /// The file ends inside its header.
  case cut
  /// The header is longer than allowed.
  case headerLength(UInt64, max: Int)
  /// The header is no JSON object.
  case header(JSONMalformed?)
  case tooManyTensors(Int, max: Int)
  /// `__metadata__` is no object of strings.
  case metadata
  /// A tensor's description lacks a field, has one too many or one of the wrong type.
  case description(tensor: String)
  case encoding(String, tensor: String)
  /// The shape and the offsets disagree, or the shape is impossible.
  case shape(tensor: String)
  case outside(tensor: String)
  case overlap(String, String)
  /// Bytes that belong to no tensor: another file may be hidden in them.
  case hole(offset: Int)
}

extension SafetensorsMalformed: CustomStringConvertible {
  public var description: String {
    switch self {
    case .cut: "safetensors: the file ends inside its header"
    case .headerLength(let length, let max):
      "safetensors: a header of \(length) bytes; at most \(max) are read"
    case .header(let reason):
      "safetensors: the header is no JSON object" + (reason.map { " (\($0))" } ?? "")
    case .tooManyTensors(let count, let max): "safetensors: \(count) tensors, more than \(max)"
    case .metadata: "safetensors: __metadata__ is no object of strings"
    case .description(let tensor):
      "safetensors: tensor \(tensor) is not described by dtype, shape and data_offsets"
    case .encoding(let type, let tensor):
      "safetensors: tensor \(tensor) has the unknown type \(type)"
    case .shape(let tensor): "safetensors: shape and size of tensor \(tensor) disagree"
    case .outside(let tensor): "safetensors: tensor \(tensor) lies outside the file"
    case .overlap(let first, let second): "safetensors: tensors \(first) and \(second) overlap"
    case .hole(let offset): "safetensors: byte \(offset) belongs to no tensor"
    }
  }
}
