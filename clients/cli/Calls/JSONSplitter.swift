/// Cuts a stream of text into JSON values: one a line, or one behind the other over several lines.
///
/// It looks only for where values end; whether they are JSON is for whoever reads them.
struct JSONSplitter {
  /// The longest value, in bytes.
  let sizeMax: Int
  private var value: [UInt8] = []
  private var depth = 0
  private var isInString = false
  private var isEscaped = false

  init(sizeMax: Int = 64 << 20) {
    self.sizeMax = sizeMax
  }

  /// Takes the next bytes, and returns the values that end in them.
  mutating func take(_ bytes: [UInt8]) throws(UserError) -> [[UInt8]] {
    var values: [[UInt8]] = []
    for byte in bytes {
      if let complete = next(byte) { values.append(complete) }
      guard value.count <= sizeMax else {
        throw UserError("a message of the input has more than \(sizeMax) bytes")
      }
    }
    return values
  }

  /// The value that the input's end leaves, if any.
  mutating func finish() throws(UserError) -> [UInt8]? {
    guard depth == 0, !isInString else {
      throw UserError("the input ends in the middle of a message")
    }
    return takeValue()
  }

  private mutating func next(_ byte: UInt8) -> [UInt8]? {
    if isInString {
      value.append(byte)
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        isInString = false
        return depth == 0 ? takeValue() : nil
      }
      return nil
    }
    switch byte {
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"):
      guard depth == 0 else {
        value.append(byte)
        return nil
      }
      return takeValue()
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      // What stands before it without a space, such as `1{}`, is a value of its own.
      let before = depth == 0 ? takeValue() : nil
      value.append(byte)
      depth += 1
      return before
    case UInt8(ascii: "}"), UInt8(ascii: "]"):
      value.append(byte)
      depth = max(0, depth - 1)
      return depth == 0 ? takeValue() : nil
    case UInt8(ascii: "\""):
      let before = depth == 0 ? takeValue() : nil
      value.append(byte)
      isInString = true
      return before
    default:
      value.append(byte)
      return nil
    }
  }

  private mutating func takeValue() -> [UInt8]? {
    guard !value.isEmpty else { return nil }
    defer { value = [] }
    return value
  }
}
