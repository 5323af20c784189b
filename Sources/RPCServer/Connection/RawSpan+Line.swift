internal import Buffers
internal import HTTP

extension RawSpan {
  /// The bytes before the first line's end, once it is here.
  var firstLine: String? {
    for index in 0..<byteCount
    where unsafe unsafeLoad(fromByteOffset: index, as: UInt8.self) == UInt8(ascii: "\n") {
      return extracting(first: index).string
    }
    return nil
  }
}
