/// A tensor of a model file: where its elements lie and what they are.
public struct TensorEntry: Hashable, Sendable {
  public let name: String
  public let encoding: TensorEncoding
  /// Lengths, outermost first, so that elements are in row-major order. Empty: a scalar.
  public let shape: [Int]
  /// The bytes in the file.
  public let bytes: Range<Int>

  /// The number of elements. Checked when the file was read: it fits.
  public var elementCount: Int { shape.reduce(1, *) }

  /// The number of elements in each row, which no block crosses.
  public var rowLength: Int { shape.last ?? 1 }

  init(name: String, encoding: TensorEncoding, shape: [Int], bytes: Range<Int>) {
    self.name = name
    self.encoding = encoding
    self.shape = shape
    self.bytes = bytes
  }

  /// The bytes that a tensor takes; `nil` if they pass what can be counted, or if blocks do not
  /// fill the rows.
  static func byteCount(_ encoding: TensorEncoding, shape: [Int]) -> Int? {
    guard (shape.last ?? 1).isMultiple(of: encoding.blockElements) else { return nil }
    var count = 1
    for length in shape {
      guard length >= 0 else { return nil }
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      guard !overflow else { return nil }
      count = product
    }
    let (bytes, overflow) = (count / encoding.blockElements)
      .multipliedReportingOverflow(by: encoding.blockBytes)
    return overflow ? nil : bytes
  }
}
