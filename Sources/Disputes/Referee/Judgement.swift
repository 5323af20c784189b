internal import Primitives
internal import Receipts

/// How a record is judged, by its operator and the tensors that it names.
enum Judgement: Hashable, Sendable {
  /// No output of the operator looks like that.
  case impossible
  /// An element of the output follows from one of each operand.
  case elements(ElementRule)
  /// An element of the output is a dot product.
  case product(ProductRule)
  /// The operator is computed as a whole.
  case whole

  init(_ operatorName: String, inputs: [TensorCommitment], outputs: [TensorCommitment]) {
    guard let judged = JudgedOperator(rawValue: operatorName), outputs.count == 1,
      (inputs + outputs).allSatisfy({ $0.elementCount != nil })
    else {
      self = .whole
      return
    }
    let output = outputs[0]
    switch judged {
    case .add, .sub, .mul:
      guard inputs.count == 2, inputs.allSatisfy(\.isFloat32) else {
        self = .whole
        return
      }
      self = ElementRule.combining(judged, inputs[0], inputs[1], into: output)
    case .matMulTransposed:
      guard inputs.count == 2, inputs.allSatisfy(\.isFloat32) else {
        self = .whole
        return
      }
      self = ProductRule.judging(inputs[0], inputs[1], into: output)
    case .swapLast, .rows, .unrows:
      self = ElementRule.moving(judged, inputs, into: output)
    }
  }
}

extension TensorCommitment {
  static let float32: UInt8 = 1
  /// A tensor with so many elements or more is not judged by elements.
  static let elementCountEnd: UInt64 = 1 << 38

  var isFloat32: Bool { dataType == Self.float32 }

  /// The size of one element; nil for those that have none of their own in whole bytes.
  /// `gensyn.ree.v1.DataType` has the numbers.
  var elementByteCount: UInt64? {
    switch dataType {
    case 1, 7, 11: 4
    case 2, 8, 12: 8
    case 3, 4, 6, 10: 2
    case 5, 9, 13, 18, 19: 1
    default: nil
    }
  }

  /// The number of elements; nil of one that is not judged by elements: of another kind, without
  /// elements, or too large.
  var elementCount: UInt64? {
    guard elementByteCount != nil else { return nil }
    var count: UInt64 = 1
    for size in dimensions {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard !overflow, product > 0, product < Self.elementCountEnd else { return nil }
      count = product
    }
    return count
  }

  /// The bytes that opening it as a whole brings; nil of one that is not opened.
  var openedByteCount: UInt64? {
    if dimensions.contains(0) { return 0 }
    // 4-bit integers, two in a byte.
    if 16...17 ~= dataType {
      return TensorCommitment(dataType: 9, dimensions: dimensions, content: content).elementCount
        .map { ($0 + 1) / 2 }
    }
    return elementCount == nil ? nil : byteCount
  }

  /// The size of the elements together, where ``elementCount`` has a value.
  var byteCount: UInt64 { (elementCount ?? 0) * (elementByteCount ?? 0) }
}
