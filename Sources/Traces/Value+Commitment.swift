internal import Disputes
internal import GraphRuns
internal import Primitives
internal import REE
internal import Receipts

extension TensorCommitment {
  /// The number that stands for a sequence where a tensor has its type's: it has no elements to open.
  static let sequence: UInt8 = 254

  /// What records say of a value: of a tensor its commitment, of a sequence that over its elements'.
  init(_ value: Value?) {
    switch value {
    case nil, .optional(nil)?: self = .absent
    case .tensor(let tensor)?: self.init(tensor)
    case .optional(let inner?)?: self.init(inner)
    case .sequence(let values)?:
      self.init(
        dataType: Self.sequence, dimensions: [UInt64(values.count)],
        content: MerkleTree(values.map { TensorCommitment($0).digest }).root)
    }
  }

  /// The same elements in other dimensions.
  func reshaped(_ dimensions: [UInt64]) -> TensorCommitment {
    TensorCommitment(dataType: dataType, dimensions: dimensions, content: content)
  }
}

extension OpenTensor {
  init(_ value: Value?) {
    let commitment = TensorCommitment(value)
    var tensor = value?.tensor
    if case .optional(let inner?) = value { tensor = inner.tensor }
    self.init(commitment, tensor.map(\.bytes) ?? [])
  }
}

extension Tensor {
  /// The last two dimensions change places. A vector stays as it is; so does what has no whole bytes.
  func swappingLast() throws -> Tensor {
    guard rank >= 2, elementType != .string, elementType.sizeBits >= 8 else { return self }
    let (rows, columns) = (shape[rank - 2], shape[rank - 1])
    let size = elementType.sizeBytes
    let swapped = withBytes { bytes in
      [UInt8](capacity: bytes.count) { output in
        let matrix = rows * columns
        guard matrix > 0 else { return }
        for start in stride(from: 0, to: bytes.count / size, by: matrix) {
          for column in 0..<columns {
            for row in 0..<rows {
              let place = (start + row * columns + column) * size
              for byte in place..<place + size { output.append(bytes[byte]) }
            }
          }
        }
      }
    }
    return try Tensor(elementType, shape.dropLast(2) + [columns, rows], bytes: swapped)
  }
}

extension TensorCommitment {
  /// All rows one below the other.
  var rows: TensorCommitment {
    let width = dimensions.last ?? 1
    let count = dimensions.dropLast().reduce(UInt64(1)) { $0 &* $1 }
    return reshaped([count, width])
  }
}
