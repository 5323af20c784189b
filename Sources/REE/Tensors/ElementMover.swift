/// A tensor that is being put together from elements of others, whatever their type.
@safe
struct ElementMover {
  let elementType: ElementType
  let shape: [Int]
  let count: Int
  private let storage: TensorStorage
  private var text: [String]

  /// All elements begin as zero or as empty text.
  init(
    _ elementType: ElementType, _ shape: [Int], budget: MemoryBudget? = nil
  ) throws(TensorError) {
    self.elementType = elementType
    self.shape = shape
    count = try Tensor.count(of: shape, elementType)
    let textCount = elementType == .string ? count : 0
    let textSize = textCount * MemoryLayout<String>.size
    try budget?.take(textSize)
    budget?.giveBack(textSize)
    storage = try TensorStorage(byteCount: count * elementType.sizeBytes, budget: budget)
    storage.zero()
    text = [String](repeating: "", count: textCount)
  }

  /// Begins with the elements of a tensor.
  init(_ tensor: Tensor, budget: MemoryBudget? = nil) throws(TensorError) {
    try self.init(tensor.elementType, tensor.shape, budget: budget)
    copy(tensor, from: 0, to: 0, count: tensor.count)
  }

  /// Copies neighbours. Positions out of bounds are a mistake of ours and stop the program.
  @inline(__always)
  mutating func copy(_ source: Tensor, from: Int, to: Int, count: Int = 1) {
    precondition(count >= 0 && from >= 0 && to >= 0)
    precondition(from <= source.count - count && to <= self.count - count)
    switch source.content {
    case .text(let texts):
      for index in 0..<count { text[to + index] = texts[from + index] }
    case .bytes(let bytes):
      let size = elementType.sizeBytes
      precondition(source.elementType.sizeBytes == size)
      let target = unsafe storage.base + to * size
      let start = unsafe bytes.base + from * size
      guard count == 1 else {
        unsafe target.copyMemory(from: start, byteCount: count * size)
        return
      }
      switch size {
      case 1: unsafe target.storeBytes(of: start.load(as: UInt8.self), as: UInt8.self)
      case 2: unsafe target.storeBytes(of: start.load(as: UInt16.self), as: UInt16.self)
      case 4: unsafe target.storeBytes(of: start.load(as: UInt32.self), as: UInt32.self)
      case 8: unsafe target.storeBytes(of: start.load(as: UInt64.self), as: UInt64.self)
      default: unsafe target.copyMemory(from: start, byteCount: size)
      }
    }
  }

  var tensor: Tensor {
    elementType == .string
      ? Tensor(shape, text, count: count)
      : Tensor(elementType, shape, storage: storage, count: count)
  }
}
