internal import REE

/// How far a number may be from the expected one, as numpy.testing.assert_allclose understands it.
struct Tolerance {
  let relative: Double
  let absolute: Double

  /// What is different, or `nil`. Integers, booleans and text must be equal.
  func difference(_ value: Value, _ expected: Value) -> String? {
    switch (value, expected) {
    case (.tensor(let value), .tensor(let expected)): return difference(value, expected)
    case (.sequence(let values), .sequence(let expected)):
      guard values.count == expected.count else {
        return "\(values.count) elements instead of \(expected.count)"
      }
      return zip(values, expected).lazy.compactMap { difference($0, $1) }.first
    case (.optional(nil), .optional(nil)): return nil
    case (.optional(.some(let value)), .optional(.some(let expected))),
      (let value, .optional(.some(let expected))):
      return difference(value, expected)
    default: return "another kind of value"
    }
  }

  private func difference(_ value: Tensor, _ expected: Tensor) -> String? {
    guard value.elementType == expected.elementType else {
      return "type \(value.elementType) instead of \(expected.elementType)"
    }
    guard value.shape == expected.shape else {
      return "shape \(value.shape) instead of \(expected.shape)"
    }
    if value.elementType == .string {
      return value.text == expected.text ? nil : "\(value.text) instead of \(expected.text)"
    }
    let relative = value.elementType == .bfloat16 ? max(relative, 1.0 / 64) : relative
    let (found, wanted) = (value.numbers, expected.numbers)
    for index in found.indices {
      let (a, b) = (found[index], wanted[index])
      if a == b || a.isNaN && b.isNaN { continue }
      let isClose = a.isFinite && b.isFinite && abs(a - b) <= absolute + relative * abs(b)
      guard value.isFloatingPoint && isClose else {
        return "element \(index) of \(value.shape) is \(a) instead of \(b)"
      }
    }
    return nil
  }
}
