extension Tensor {
  /// How numbers change their type.
  struct Casting {
    var saturates = true
    var scaleRounding = ScaleRounding.up
    var budget: MemoryBudget?
  }

  /// The elements in another type.
  ///
  /// Floating point is rounded to the nearest, ties to even. Floating point becomes an integer by
  /// dropping the fraction, within int64, and NaN becomes 0; then, like every integer, it keeps its
  /// low bits. Numbers become `true` unless they are zero. `nil`: an element is
  /// no number, or the types have no conversion.
  func cast(to target: ElementType, _ casting: Casting = Casting()) throws(TensorError) -> Tensor? {
    if target == elementType { return self }
    switch (elementType, target) {
    case (.float16, .float32):
      let (x, y) = (elements(Float16.self), try TensorBuilder<Float>(shape, budget: casting.budget))
      for index in x.indices { y[index] = Float(x[index]) }
      return y.tensor
    case (.bfloat16, .float32):
      let (x, y) = (elements(UInt16.self), try TensorBuilder<Float>(shape, budget: casting.budget))
      for index in x.indices { y[index] = Float(bitPattern: UInt32(x[index]) << 16) }
      return y.tensor
    case (.float32, .float16):
      let (x, y) = (elements(Float.self), try TensorBuilder<Float16>(shape, budget: casting.budget))
      for index in x.indices { y[index] = Float16(x[index]) }
      return y.tensor
    case (.string, .string): return self
    case (.string, _): return try parsed(as: target, casting)
    case (_, .string): return try described()
    default: break
    }
    if let values = integers() { return try Self.make(shape, integers: values, target, casting) }
    guard let values = doubles() else { return nil }
    return try Self.make(shape, doubles: values, target, casting)
  }

  /// The elements as float64, or `nil` if they are no real numbers.
  func doubles() -> [Double]? {
    if let format = SmallFloat(elementType) {
      return elementType == .bfloat16
        ? elements(UInt16.self).array().map { format.decode(Int($0)) }
        : elements(UInt8.self).array().map { format.decode(Int($0)) }
    }
    switch elementType {
    case .float32: return elements(Float.self).array().map(Double.init)
    case .float64: return elements(Double.self).array()
    case .float16: return elements(Float16.self).array().map(Double.init)
    case .float8e8m0: return elements(UInt8.self).array().map(ScaleFloat.decode)
    default:
      return integers()?.map {
        elementType == .uint64 ? Double(UInt64(bitPattern: $0)) : Double($0)
      }
    }
  }

  /// The elements as int64 (uint64 by its bits), or `nil` if they are no integers.
  func integers() -> [Int64]? {
    switch elementType {
    case .int8, .int4, .int2: elements(Int8.self).array().map(Int64.init)
    case .int16: elements(Int16.self).array().map(Int64.init)
    case .int32: elements(Int32.self).array().map(Int64.init)
    case .int64: elements(Int64.self).array()
    case .uint8, .bool, .uint4, .uint2: elements(UInt8.self).array().map(Int64.init)
    case .uint16: elements(UInt16.self).array().map(Int64.init)
    case .uint32: elements(UInt32.self).array().map(Int64.init)
    case .uint64: elements(UInt64.self).array().map { Int64(bitPattern: $0) }
    default: nil
    }
  }
}

extension Tensor {
  static func make(
    _ shape: [Int], integers: [Int64], _ target: ElementType, _ casting: Casting,
    unsigned: Bool = false
  ) throws(TensorError) -> Tensor? {
    let budget = casting.budget
    switch target {
    case .int8:
      return try Tensor(shape, integers.map { Int8(truncatingIfNeeded: $0) }, budget: budget)
    case .int16:
      return try Tensor(shape, integers.map { Int16(truncatingIfNeeded: $0) }, budget: budget)
    case .int32:
      return try Tensor(shape, integers.map { Int32(truncatingIfNeeded: $0) }, budget: budget)
    case .int64: return try Tensor(shape, integers, budget: budget)
    case .uint8:
      return try Tensor(shape, integers.map { UInt8(truncatingIfNeeded: $0) }, budget: budget)
    case .uint16:
      return try Tensor(shape, integers.map { UInt16(truncatingIfNeeded: $0) }, budget: budget)
    case .uint32:
      return try Tensor(shape, integers.map { UInt32(truncatingIfNeeded: $0) }, budget: budget)
    case .uint64: return try Tensor(shape, integers.map { UInt64(bitPattern: $0) }, budget: budget)
    case .bool:
      return try Tensor(shape, integers.map { $0 == 0 ? 0 : 1 as UInt8 }, as: .bool, budget: budget)
    case .uint4, .uint2:
      let mask: Int64 = target == .uint4 ? 15 : 3
      return try Tensor(shape, integers.map { UInt8($0 & mask) }, as: target, budget: budget)
    case .int4, .int2:
      let shift: Int8 = target == .int4 ? 4 : 6
      return try Tensor(
        shape, integers.map { (Int8(truncatingIfNeeded: $0) << shift) >> shift }, as: target,
        budget: budget)
    case .float32:
      return try Tensor(
        shape, integers.map { unsigned ? Float(UInt64(bitPattern: $0)) : Float($0) }, budget: budget
      )
    default:
      return try make(
        shape, doubles: integers.map { unsigned ? Double(UInt64(bitPattern: $0)) : Double($0) },
        target, casting)
    }
  }

  static func make(
    _ shape: [Int], doubles: [Double], _ target: ElementType, _ casting: Casting
  ) throws(TensorError) -> Tensor? {
    let budget = casting.budget
    if let format = SmallFloat(target) {
      guard target != .bfloat16 else {
        return try Tensor(
          shape, doubles.map { UInt16(format.encode($0, saturates: false)) }, as: target,
          budget: budget)
      }
      return try Tensor(
        shape, doubles.map { UInt8(format.encode($0, saturates: casting.saturates)) }, as: target,
        budget: budget)
    }
    switch target {
    case .float32: return try Tensor(shape, doubles.map { Float($0) }, budget: budget)
    case .float64: return try Tensor(shape, doubles, budget: budget)
    case .float16: return try Tensor(shape, doubles.map { Float16($0) }, budget: budget)
    case .float8e8m0:
      return try Tensor(
        shape,
        doubles.map {
          ScaleFloat.encode($0, casting.scaleRounding, saturates: casting.saturates)
        }, as: target, budget: budget)
    case .bool:
      return try Tensor(shape, doubles.map { $0 == 0 ? 0 : 1 as UInt8 }, as: .bool, budget: budget)
    case .uint64: return try Tensor(shape, doubles.map { UInt64(nearest: $0) }, budget: budget)
    case .complex64, .complex128, .string: return nil
    default:
      return try make(shape, integers: doubles.map { Int64(nearest: $0) }, target, casting)
    }
  }

  private func parsed(as target: ElementType, _ casting: Casting) throws(TensorError) -> Tensor? {
    if target.isInteger || target == .bool {
      var values: [Int64] = []
      for text in text {
        guard
          let value = Int64(text) ?? UInt64(text).map({ Int64(bitPattern: $0) })
            ?? Double(text).map({ Int64(nearest: $0) })
        else { return nil }
        values.append(value)
      }
      return try Self.make(shape, integers: values, target, casting)
    }
    var values: [Double] = []
    for text in text {
      guard let value = Double(number: text) else { return nil }
      values.append(value)
    }
    return try Self.make(shape, doubles: values, target, casting)
  }

  private func described() throws(TensorError) -> Tensor? {
    if elementType == .bool {
      return try Tensor(
        shape, text: elements(UInt8.self).array().map { $0 == 0 ? "False" : "True" })
    }
    if elementType == .uint64 {
      return try Tensor(shape, text: elements(UInt64.self).array().map(String.init))
    }
    if let values = integers() { return try Tensor(shape, text: values.map { String($0) }) }
    switch elementType {
    case .float64: return try Tensor(shape, text: elements(Double.self).array().map { $0.shortest })
    case .float16:
      return try Tensor(shape, text: elements(Float16.self).array().map { $0.shortest })
    default:
      guard let values = doubles() else { return nil }
      return try Tensor(shape, text: values.map { Float($0).shortest })
    }
  }
}

extension ElementType {
  /// The integers that the type holds, as far as int64 does.
  var integerBounds: ClosedRange<Int64> {
    switch self {
    case .int8: -128...127
    case .int16: -32768...32767
    case .int32: Int64(Int32.min)...Int64(Int32.max)
    case .uint8: 0...255
    case .uint16: 0...65535
    case .uint32: 0...Int64(UInt32.max)
    case .uint64: 0...Int64.max
    case .int4: -8...7
    case .uint4: 0...15
    case .int2: -2...1
    case .uint2: 0...3
    case .bool: 0...1
    default: Int64.min...Int64.max
    }
  }
}

extension FixedWidthInteger {
  /// The integer part; what does not fit becomes the nearest that does, NaN becomes 0.
  init(nearest value: Double) {
    if value.isNaN {
      self = 0
    } else if let exact = Self(exactly: value.rounded(.towardZero)) {
      self = exact
    } else {
      self = value < 0 ? .min : .max
    }
  }
}

extension Double {
  /// Reads a number in any of the spellings of NumPy.
  init?(number text: String) {
    switch text.lowercased() {
    case "inf", "+inf", "infinity": self = .infinity
    case "-inf", "-infinity": self = -.infinity
    case "nan", "+nan", "-nan": self = .nan
    default:
      guard let value = Double(text) else { return nil }
      self = value
    }
  }
}

extension BinaryFloatingPoint where Self: CustomStringConvertible {
  /// The shortest decimal that reads back as the same number, the way NumPy writes it.
  var shortest: String {
    if isNaN { return "nan" }
    if isInfinite { return self < 0 ? "-inf" : "inf" }
    return description
  }
}
