/// Why bytes are no GGUF file that can be used, and where.
public enum GGUFMalformed: Error, Hashable, Sendable {
  /// The first four bytes are not `GGUF`.
  case magic
  /// Only version 3 in little-endian order is read.
  case version(UInt32)
  /// The file ends inside what this names.
  case cut(Part, offset: Int)
  /// A count or length passes its limit, or more than the file could hold.
  case tooMany(Part, count: UInt64, offset: Int)
  /// A text is not UTF-8, or a name is empty.
  case text(Part, offset: Int)
  /// A metadata value of a type that GGUF does not have.
  case valueType(UInt32, key: String)
  /// A boolean that is neither 0 nor 1.
  case boolean(UInt8, key: String)
  case arrayDepth(key: String)
  case duplicateKey(String)
  /// `general.alignment` is no power of two that is a multiple of 8.
  case alignment
  /// A tensor of an encoding that is not known.
  case encoding(UInt32, tensor: String)
  /// A tensor's lengths: too many dimensions, too many elements, or rows that blocks do not fill.
  case shape(tensor: String)
  /// A tensor's offset is not aligned.
  case misaligned(tensor: String, offset: UInt64)
  /// A tensor's bytes lie outside the file.
  case outside(tensor: String)
  case duplicateTensor(String)
  case overlap(String, String)

  public enum Part: String, Sendable {
    case header = "the header"
    case key = "a key"
    case value = "a metadata value"
    case array = "a metadata array"
    case string = "a string"
    case tensorName = "a tensor's name"
    case tensor = "a tensor's description"
    case metadata = "the metadata"
    case tensors = "the tensors"
  }
}

extension GGUFMalformed: CustomStringConvertible {
  public var description: String {
    switch self {
    case .magic: "no GGUF file: it does not begin with \"GGUF\""
    case .version(let version): "GGUF version \(version); only version 3, little-endian, is read"
    case .cut(let part, let offset): "GGUF: the file ends inside \(part.rawValue) at byte \(offset)"
    case .tooMany(let part, let count, let offset):
      "GGUF, byte \(offset): \(count) is too many for \(part.rawValue)"
    case .text(let part, let offset): "GGUF, byte \(offset): \(part.rawValue) is no proper text"
    case .valueType(let type, let key): "GGUF: \(key) has the unknown type \(type)"
    case .boolean(let byte, let key): "GGUF: \(key) holds a boolean of \(byte)"
    case .arrayDepth(let key): "GGUF: \(key) nests arrays too deeply"
    case .duplicateKey(let key): "GGUF: \(key) stands twice"
    case .alignment: "GGUF: general.alignment is no power of two from 8 to 65536"
    case .encoding(let type, let tensor): "GGUF: tensor \(tensor) has the unknown type \(type)"
    case .shape(let tensor): "GGUF: tensor \(tensor) has an impossible shape"
    case .misaligned(let tensor, let offset): "GGUF: tensor \(tensor) begins unaligned at \(offset)"
    case .outside(let tensor): "GGUF: tensor \(tensor) lies outside the file"
    case .duplicateTensor(let tensor): "GGUF: tensor \(tensor) stands twice"
    case .overlap(let first, let second): "GGUF: tensors \(first) and \(second) overlap"
    }
  }
}
