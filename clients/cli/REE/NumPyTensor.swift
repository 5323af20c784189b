internal import ArrayFiles
internal import Foundation
internal import GensynClient
internal import Schema

extension Gensyn_Ree_V1.DataType {
  /// The types that NumPy has, as it spells them.
  private static let numpyTypes: [(Gensyn_Ree_V1.DataType, String)] = [
    (.float32, "<f4"), (.float64, "<f8"), (.float16, "<f2"), (.int8, "|i1"), (.int16, "<i2"),
    (.int32, "<i4"), (.int64, "<i8"), (.uint8, "|u1"), (.uint16, "<u2"), (.uint32, "<u4"),
    (.uint64, "<u8"), (.bool, "|b1"),
  ]

  init?(numpy type: String) {
    guard let found = Self.numpyTypes.first(where: { $0.1 == type }) else { return nil }
    self = found.0
  }

  /// `nil`: NumPy has no such type.
  var numpyType: String? { Self.numpyTypes.first { $0.0 == self }?.1 }
}

extension Gensyn_Ree_V1.Tensor {
  /// The largest content that stands in a request itself, in bytes.
  static let dataSizeMax = 1 << 20

  /// A small row-major array as a message that carries it; `nil` for any other, which the gateway
  /// reads as a file.
  init?(_ name: String, npy file: [UInt8]) {
    guard file.count <= Self.dataSizeMax, let (header, start) = try? NPYHeader.read(file),
      !header.isColumnMajor, let type = Gensyn_Ree_V1.DataType(numpy: header.type),
      header.shape.allSatisfy({ $0 >= 0 })
    else { return nil }
    self.init()
    self.name = name
    dataType = type
    dimensions = header.shape.map { UInt64($0) }
    data = Data(file[start...])
  }

  /// The tensor with these elements as a NumPy file; `nil` where NumPy has no such type.
  func npy(_ elements: [UInt8]) -> [UInt8]? {
    guard let type = dataType.numpyType else { return nil }
    return NPYHeader(type: type, shape: dimensions.map { Int(clamping: $0) }).bytes + elements
  }
}
