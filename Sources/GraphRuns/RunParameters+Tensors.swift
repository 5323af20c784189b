internal import Primitives
public import REE

extension RunParameters.Input {
  /// Names a tensor by what is in it.
  public init(_ name: String, _ tensor: Tensor) throws(RunRefusal) {
    guard let type = tensor.elementType.schemaNumber else {
      throw .input(name, reason: "\(tensor.elementType) stands only inside models")
    }
    self.init(
      name: name, dataType: type, dimensions: tensor.shape.map { UInt64($0) },
      content: tensor.withBytes { BLAKE3.hash($0) })
  }

  /// The tensor of these elements.
  public func tensor(_ elements: [UInt8]) throws(RunRefusal) -> Tensor {
    guard let type = ElementType(schemaNumber: Int(dataType)) else {
      throw .input(name, reason: "type \(dataType) is not known")
    }
    do {
      return try Tensor(type, dimensions.map { Int(clamping: $0) }, bytes: elements)
    } catch {
      throw .input(name, reason: "\(error)")
    }
  }
}
