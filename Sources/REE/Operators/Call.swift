/// One application of an operator: its inputs, its attributes and the means to make outputs.
struct Call {
  let node: Node
  var inputs: [Value?]
  let budget: MemoryBudget
  let implementation: Implementation
  /// What float32 stands for where the inputs were widened.
  var storedType: ElementType?
  /// Runs the graph of an attribute.
  let runGraph: (_ attribute: String, _ inputs: [Value]) throws -> [Value]

  var opset: Int { node.operation.opset }
  var outputCount: Int { node.outputs.count }

  func wants(_ output: Int) -> Bool { output < node.outputs.count && node.outputs[output] != nil }
}

// MARK: - Inputs

extension Call {
  func has(_ index: Int) -> Bool { index < inputs.count && inputs[index] != nil }

  func value(_ index: Int) throws -> Value {
    guard index < inputs.count, let value = inputs[index] else {
      throw OperatorError.missingInput(index)
    }
    return value
  }

  func tensor(_ index: Int) throws -> Tensor {
    guard case .tensor(let tensor) = try value(index) else {
      throw OperatorError.wrongKind(input: index)
    }
    return tensor
  }

  /// The input, or `nil` if it was left out.
  func optionalTensor(_ index: Int) throws -> Tensor? {
    has(index) ? try tensor(index) : nil
  }

  func sequence(_ index: Int) throws -> [Value] {
    guard case .sequence(let values) = try value(index) else {
      throw OperatorError.wrongKind(input: index)
    }
    return values
  }

  /// All inputs, none of which may be left out.
  func tensors() throws -> [Tensor] { try inputs.indices.map { try tensor($0) } }

  func elements<T: Element>(_ index: Int, _ type: T.Type) throws -> Elements<T> {
    let tensor = try tensor(index)
    guard tensor.elementType == type.elementType else {
      throw OperatorError.wrongType(input: index, tensor.elementType)
    }
    return tensor.elements(type)
  }

  /// The elements of a small integer tensor such as a shape or axes.
  func ints(_ index: Int) throws -> [Int] {
    let tensor = try tensor(index)
    guard let values = tensor.integers() else {
      throw OperatorError.wrongType(input: index, tensor.elementType)
    }
    return values.map { Int($0) }
  }

  func optionalInts(_ index: Int) throws -> [Int]? { has(index) ? try ints(index) : nil }

  /// The only element of an integer tensor.
  func int(_ index: Int) throws -> Int {
    let values = try ints(index)
    guard values.count == 1 else {
      throw OperatorError.shape(input: index, try tensor(index).shape)
    }
    return values[0]
  }

  /// The only element of a tensor of numbers.
  func number(_ index: Int) throws -> Double {
    let tensor = try tensor(index)
    guard tensor.count == 1 else { throw OperatorError.shape(input: index, tensor.shape) }
    guard let values = tensor.doubles() else {
      throw OperatorError.wrongType(input: index, tensor.elementType)
    }
    return values[0]
  }

  func flag(_ index: Int) throws -> Bool {
    let tensor = try tensor(index)
    guard tensor.elementType == .bool else {
      throw OperatorError.wrongType(input: index, tensor.elementType)
    }
    guard tensor.count == 1 else { throw OperatorError.shape(input: index, tensor.shape) }
    return tensor.elements(UInt8.self)[0] != 0
  }
}

// MARK: - Attributes

extension Call {
  func int(_ name: String) throws -> Int? {
    switch node.attributes[name] {
    case nil: nil
    case .int(let value): Int(value)
    default: throw OperatorError.attributeType(name)
    }
  }

  func int(_ name: String, default value: Int) throws -> Int { try int(name) ?? value }

  func required(_ name: String) throws -> Int {
    guard let value = try int(name) else { throw OperatorError.missingAttribute(name) }
    return value
  }

  func flag(_ name: String, default value: Bool = false) throws -> Bool {
    try int(name, default: value ? 1 : 0) != 0
  }

  func float(_ name: String) throws -> Float? {
    switch node.attributes[name] {
    case nil: nil
    case .float(let value): value
    default: throw OperatorError.attributeType(name)
    }
  }

  func float(_ name: String, default value: Float) throws -> Float { try float(name) ?? value }

  func ints(_ name: String) throws -> [Int]? {
    switch node.attributes[name] {
    case nil: nil
    case .ints(let values): values.map { Int($0) }
    default: throw OperatorError.attributeType(name)
    }
  }

  func floats(_ name: String) throws -> [Float]? {
    switch node.attributes[name] {
    case nil: nil
    case .floats(let values): values
    default: throw OperatorError.attributeType(name)
    }
  }

  func string(_ name: String) throws -> String? {
    switch node.attributes[name] {
    case nil: nil
    case .string(let value): value
    default: throw OperatorError.attributeType(name)
    }
  }

  func string(_ name: String, default value: String) throws -> String { try string(name) ?? value }

  func strings(_ name: String) throws -> [String]? {
    switch node.attributes[name] {
    case nil: nil
    case .strings(let values): values
    default: throw OperatorError.attributeType(name)
    }
  }

  func tensor(_ name: String) throws -> Tensor? {
    switch node.attributes[name] {
    case nil: nil
    case .tensor(let value): value
    default: throw OperatorError.attributeType(name)
    }
  }

  func elementType(_ name: String) throws -> ElementType? {
    guard let number = try int(name) else { return nil }
    guard let type = Int32(exactly: number).flatMap(ElementType.init) else {
      throw OperatorError.attributeValue(name)
    }
    return type
  }

  func graph(_ name: String) throws -> Graph {
    switch node.attributes[name] {
    case nil: throw OperatorError.missingAttribute(name)
    case .graph(let graph): graph
    default: throw OperatorError.attributeType(name)
    }
  }
}

// MARK: - Outputs

extension Call {
  func make<T: Element>(
    _ type: T.Type, _ shape: [Int], as elementType: ElementType = T.elementType
  ) throws -> TensorBuilder<T> {
    try TensorBuilder<T>(shape, as: elementType, budget: budget)
  }

  /// Memory for a kernel that writes every element.
  func makeUnwritten<T: Element>(
    _ type: T.Type, _ shape: [Int], as elementType: ElementType = T.elementType
  ) throws -> TensorBuilder<T> {
    try TensorBuilder<T>(shape, as: elementType, budget: budget, isZero: false)
  }

  func mover(_ type: ElementType, _ shape: [Int]) throws -> ElementMover {
    try ElementMover(type, shape, budget: budget)
  }

  func make<T: Element>(_ shape: [Int], _ values: [T]) throws -> Tensor {
    try Tensor(shape, values, budget: budget)
  }
}

extension Int {
  /// The axis that the number names, counted from the end if it is negative.
  func axis(rank: Int) throws -> Int {
    guard self >= -rank, self < rank else { throw OperatorError.axis(self, rank: rank) }
    return self < 0 ? self + rank : self
  }

  /// The position that the number names, counted from the end if it is negative.
  func position(in size: Int) throws -> Int {
    guard self >= -size, self < size else { throw OperatorError.index(self, size: size) }
    return self < 0 ? self + size : self
  }
}

extension [Int] {
  /// Axes counted from 0, each at most once.
  func axes(rank: Int) throws -> [Int] {
    var seen: Set<Int> = []
    return try map { number in
      let axis = try number.axis(rank: rank)
      guard seen.insert(axis).inserted else { throw OperatorError.axis(number, rank: rank) }
      return axis
    }
  }

  /// The product, or `nil` if it does not fit.
  var product: Int? {
    var result = 1
    for factor in self {
      let (value, overflow) = result.multipliedReportingOverflow(by: factor)
      guard !overflow else { return nil }
      result = value
    }
    return result
  }
}
