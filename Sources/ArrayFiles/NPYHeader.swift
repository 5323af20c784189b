/// The front of a NumPy file of one array: a magic number and a Python dictionary that says type,
/// order and shape. The elements follow.
///
/// Source: numpy.lib.format, versions 1.0 to 3.0. The dictionary is read in the one spelling that
/// NumPy writes, with any order of its keys.
public struct NPYHeader: Hashable, Sendable {
  /// The type as NumPy spells it, such as `<f4`.
  public let type: String
  /// Whether the elements stand with the first index running fastest.
  public let isColumnMajor: Bool
  public let shape: [Int]

  public enum Malformed: Error, Hashable, Sendable {
    case magic
    case version(UInt8)
    case header
  }

  /// Longer headers are no arrays that anybody wrote.
  public static let sizeMax = 1 << 16

  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  public init(type: String, shape: [Int]) {
    self.type = type
    self.shape = shape
    isColumnMajor = false
  }

  /// Reads a header, and returns where the elements begin.
  public static func read(
    _ file: [UInt8]
  ) throws(Malformed) -> (header: NPYHeader, elementsStart: Int) {
    guard file.count >= 10, Array(file[..<6]) == magic else { throw .magic }
    guard (1...3).contains(file[6]) else { throw .version(file[6]) }
    let start = file[6] == 1 ? 10 : 12
    guard file.count >= start else { throw .header }
    let count = (8..<start).reversed().reduce(0) { $0 << 8 | Int(file[$1]) }
    guard count <= sizeMax, count <= file.count - start else { throw .header }
    let text = String(decoding: file[start..<(start + count)], as: UTF8.self)
    return (try NPYHeader(text), start + count)
  }

  /// The header as it stands in a file of version 1.0; elements begin at a multiple of 64.
  public var bytes: [UInt8] {
    let list = shape.map { "\($0), " }.joined()
    let shape = shape.count == 1 ? "(\(shape[0]),)" : "(\(list.dropLast(2)))"
    var text = "{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }"
    let size = (10 + text.utf8.count + 1 + 63) / 64 * 64 - 10
    text += String(repeating: " ", count: size - text.utf8.count - 1) + "\n"
    return Self.magic + [1, 0, UInt8(size & 0xff), UInt8(size >> 8)] + Array(text.utf8)
  }

  private init(_ text: String) throws(Malformed) {
    guard let type = Self.between(text, "'descr':", "'", "'"),
      let order = Self.after(text, "'fortran_order':"),
      let sizes = Self.between(text, "'shape':", "(", ")")
    else { throw .header }
    guard order.hasPrefix("True") || order.hasPrefix("False") else { throw .header }
    var shape: [Int] = []
    for part in sizes.split(separator: ",") {
      let digits = part.filter { $0 != " " && $0 != "L" }
      if digits.isEmpty { continue }
      guard let size = Int(digits) else { throw .header }
      shape.append(size)
    }
    // Bytes have no order: other spellings of the same type.
    let spelling = type.hasPrefix("=") ? "<" + type.dropFirst() : type
    self.type = ["<i1", "<u1", "<b1"].contains(spelling) ? "|" + spelling.dropFirst() : spelling
    isColumnMajor = order.hasPrefix("True")
    self.shape = shape
  }

  private static func after(_ text: String, _ key: String) -> Substring? {
    guard let range = text.firstRange(of: key) else { return nil }
    return text[range.upperBound...].drop { $0 == " " }
  }

  private static func between(
    _ text: String, _ key: String, _ opening: Character, _ closing: Character
  ) -> String? {
    guard let rest = after(text, key), rest.first == opening,
      let end = rest.dropFirst().firstIndex(of: closing)
    else { return nil }
    return String(rest.dropFirst()[..<end])
  }
}
