/// An array of elements of one type, row-major, little-endian and without gaps. Copies share it.
public struct Tensor: Sendable {
  public static let rankMax = 32
  public static let dimensionMax = 1 << 31
  public static let sizeBytesMax = 1 << 36
  public static let textCountMax = 1 << 28

  public let elementType: ElementType
  /// The length of each dimension, outermost first. Empty: a scalar.
  public let shape: [Int]
  let content: Content

  enum Content: Sendable {
    case bytes(TensorStorage)
    case text([String])
  }

  /// The number of elements.
  public let count: Int

  public var rank: Int { shape.count }

  init(_ elementType: ElementType, _ shape: [Int], storage: TensorStorage, count: Int) {
    self.elementType = elementType
    self.shape = shape
    self.count = count
    content = .bytes(storage)
  }

  public init(_ shape: [Int], text: [String]) throws(TensorError) {
    let count = try Self.count(of: shape, .string)
    guard text.count == count else { throw .count(expected: count, found: text.count) }
    elementType = .string
    self.shape = shape
    self.count = count
    content = .text(text)
  }

  init(_ shape: [Int], _ text: [String], count: Int) {
    precondition(text.count == count)
    elementType = .string
    self.shape = shape
    self.count = count
    content = .text(text)
  }

  /// The same elements in another shape of as many.
  func reshaped(_ shape: [Int]) throws(TensorError) -> Tensor {
    let count = try Self.count(of: shape, elementType)
    guard count == self.count else { throw .count(expected: self.count, found: count) }
    return Tensor(sharing: self, elementType, shape)
  }

  /// The same bytes under another type of the same size.
  func relabeled(_ elementType: ElementType) -> Tensor {
    precondition(elementType.sizeBytes == self.elementType.sizeBytes)
    return Tensor(sharing: self, elementType, shape)
  }

  private init(sharing other: Tensor, _ elementType: ElementType, _ shape: [Int]) {
    self.elementType = elementType
    self.shape = shape
    count = other.count
    content = other.content
  }

  /// What the elements take in memory; text counts by its UTF-8 and one word each.
  public var sizeBytes: Int {
    switch content {
    case .bytes(let storage): storage.byteCount
    case .text(let text): text.reduce(0) { $0 + $1.utf8.count + MemoryLayout<String>.size }
    }
  }
}

extension Tensor {
  /// The number of elements that a shape stands for, checked against the limits.
  static func count(of shape: [Int], _ elementType: ElementType) throws(TensorError) -> Int {
    guard shape.count <= rankMax else { throw .rankTooLarge(shape.count, limit: rankMax) }
    var count = 1
    var isEmpty = false
    for size in shape {
      guard size >= 0 else { throw .negativeDimension(size) }
      guard size <= dimensionMax else { throw .dimensionTooLarge(size, limit: dimensionMax) }
      isEmpty = isEmpty || size == 0
      let (product, overflow) = count.multipliedReportingOverflow(by: max(size, 1))
      guard !overflow, product <= sizeBytesMax / max(elementType.sizeBytes, 1),
        elementType != .string || product <= textCountMax
      else {
        throw .sizeTooLarge(shape: shape, limit: sizeBytesMax)
      }
      count = product
    }
    return isEmpty ? 0 : count
  }

  /// The distance in elements between neighbours along each dimension.
  static func strides(of shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] &* max(shape[axis + 1], 1)
    }
    return strides
  }

  var strides: [Int] { Self.strides(of: shape) }
}
