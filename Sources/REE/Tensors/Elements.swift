/// A type that tensors are made of, as memory holds it.
protocol Element: BitwiseCopyable, Sendable {
  static var elementType: ElementType { get }
}

extension Float: Element { static var elementType: ElementType { .float32 } }
extension Double: Element { static var elementType: ElementType { .float64 } }
extension Float16: Element { static var elementType: ElementType { .float16 } }
extension Int8: Element { static var elementType: ElementType { .int8 } }
extension Int16: Element { static var elementType: ElementType { .int16 } }
extension Int32: Element { static var elementType: ElementType { .int32 } }
extension Int64: Element { static var elementType: ElementType { .int64 } }
extension UInt8: Element { static var elementType: ElementType { .uint8 } }
extension UInt16: Element { static var elementType: ElementType { .uint16 } }
extension UInt32: Element { static var elementType: ElementType { .uint32 } }
extension UInt64: Element { static var elementType: ElementType { .uint64 } }

/// A tensor's elements to read. An index out of bounds is a mistake of ours and stops the program.
@safe
struct Elements<T: Element> {
  private let storage: TensorStorage
  private let base: UnsafePointer<T>
  let count: Int

  init(_ storage: TensorStorage, count: Int) {
    precondition(count * MemoryLayout<T>.size <= storage.byteCount)
    self.storage = storage
    unsafe base = UnsafePointer(storage.base.assumingMemoryBound(to: T.self))
    self.count = count
  }

  subscript(index: Int) -> T {
    @inline(__always) get {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
      return unsafe base[index]
    }
  }

  var indices: Range<Int> { 0..<count }

  func array() -> [T] {
    unsafe [T](UnsafeBufferPointer(start: base, count: count))
  }

  func withPointer<R>(_ body: (UnsafePointer<T>) -> R) -> R {
    let result = unsafe body(base)
    withExtendedLifetime(storage) {}
    return result
  }
}

/// A tensor while its elements are being written.
@safe
struct TensorBuilder<T: Element> {
  let elementType: ElementType
  let shape: [Int]
  let count: Int
  private let storage: TensorStorage
  private let base: UnsafeMutablePointer<T>

  /// - Parameters:
  ///   - elementType: What the elements stand for where it is not `T` itself, such as `bool` held as
  ///     `UInt8`.
  ///   - isZero: Whether elements begin as zero; otherwise every one must be written before it is
  ///     read.
  init(
    _ shape: [Int], as elementType: ElementType = T.elementType, budget: MemoryBudget? = nil,
    isZero: Bool = true
  ) throws(TensorError) {
    precondition(elementType.sizeBytes == MemoryLayout<T>.size)
    self.elementType = elementType
    self.shape = shape
    count = try Tensor.count(of: shape, elementType)
    storage = try TensorStorage(byteCount: count * MemoryLayout<T>.size, budget: budget)
    if isZero { storage.zero() }
    unsafe base = storage.base.bindMemory(to: T.self, capacity: max(count, 1))
  }

  subscript(index: Int) -> T {
    @inline(__always) get {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
      return unsafe base[index]
    }
    @inline(__always) nonmutating set {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
      unsafe base[index] = newValue
    }
  }

  var tensor: Tensor { Tensor(elementType, shape, storage: storage, count: count) }

  func withPointer<R>(_ body: (UnsafeMutablePointer<T>) -> R) -> R {
    let result = unsafe body(base)
    withExtendedLifetime(storage) {}
    return result
  }
}

extension Tensor {
  /// The elements as `T`, which must have their size.
  func elements<T: Element>(_ type: T.Type) -> Elements<T> {
    guard case .bytes(let storage) = content else { preconditionFailure("text has no bytes") }
    precondition(elementType.sizeBytes == MemoryLayout<T>.size)
    return Elements(storage, count: count)
  }

  /// The elements of a tensor of strings; empty for any other.
  public var text: [String] {
    if case .text(let text) = content { text } else { [] }
  }

  init<T: Element>(
    _ shape: [Int], _ values: [T], as elementType: ElementType = T.elementType,
    budget: MemoryBudget? = nil
  ) throws(TensorError) {
    let builder = try TensorBuilder<T>(shape, as: elementType, budget: budget)
    guard values.count == builder.count else {
      throw .count(expected: builder.count, found: values.count)
    }
    for index in values.indices { builder[index] = values[index] }
    self = builder.tensor
  }
}
