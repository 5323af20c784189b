internal import CKernels

extension Call {
  /// The range by kernels, then each element by the definition's arithmetic.
  func fastDynamicQuantization() throws -> [Value?]? {
    let x = try tensor(0)
    guard x.elementType == .float32, x.count > 0 else { return nil }
    let result = try makeUnwritten(UInt8.self, x.shape)
    var (low, high) = (Float.zero, Float.zero)
    let count = x.count
    unsafe x.elements(Float.self).withPointer { source in
      unsafe ree_min_rows(source, 1, count, &low)
      unsafe ree_max_rows(source, 1, count, &high)
    }
    // A NaN, and infinities, go the definition's way.
    guard low.isFinite, high.isFinite else { return nil }
    (low, high) = (Swift.min(low, 0), Swift.max(high, 0))
    let scale = (high - low) / 255
    guard scale > 0, scale.isFinite else { return nil }
    let zero = Swift.min(Swift.max((0 - low / scale).rounded(.toNearestOrEven), 0), 255)
    // Within the range, x / scale is at most 255.
    unsafe x.elements(Float.self).withPointer { source in
      unsafe result.withPointer { target in
        unsafe ree_quantize_linear_u8(source, count, scale, UInt8(zero), target)
      }
    }
    return [
      .tensor(result.tensor), .tensor(try make([], [scale])),
      .tensor(try make([], [UInt8(zero)])),
    ]
  }

  /// Sums of 8-bit products, with a matrix on the right that is packed for this call.
  func fastMatMulInteger() throws -> [Value?]? {
    guard let a = try optionalTensor(0), let b = try optionalTensor(1), a.rank >= 2, a.count > 0,
      a.elementType == .uint8 || a.elementType == .int8, b.rank == 2,
      a.shape[a.rank - 1] == b.shape[0],
      let matrix = PackedIntegers(b, sizeBytesMax: budget.limit),
      let rowZero = try zeroPoint(2, shift: a.elementType == .int8 ? 128 : 0),
      let columnZero = try zeroPoint(3, shift: matrix.isUnsigned ? -128 : 0)
    else { return nil }
    let rows = a.count / matrix.rows
    let rowSize = (matrix.rows + 3) / 4 * 4
    let left = try makeUnwritten(UInt8.self, [rows, rowSize])
    let result = try makeUnwritten(Int32.self, Array(a.shape.dropLast()) + [matrix.columns])
    let rowZeros = [Int32](repeating: rowZero, count: rows)
    let columnZeros = [Int32](repeating: columnZero, count: matrix.columns)
    unsafe left.withPointer { bytes in
      if a.elementType == .int8 {
        unsafe a.elements(Int8.self).withPointer {
          unsafe ree_i8_to_u8_rows($0, rows, matrix.rows, bytes, rowSize)
        }
      } else {
        unsafe a.elements(UInt8.self).withPointer {
          unsafe ree_u8_rows($0, rows, matrix.rows, bytes, rowSize)
        }
      }
      unsafe result.withPointer { sums in
        unsafe rowZeros.withUnsafeBufferPointer { rowZeros in
          unsafe columnZeros.withUnsafeBufferPointer { columnZeros in
            var product = unsafe ree_i8_matmul()
            unsafe ree_i8_matmul_init(&product, rows, matrix.columns, matrix.rows)
            unsafe product.a = UnsafePointer(bytes)
            unsafe product.a_row = rowSize
            unsafe product.b = UnsafeRawPointer(matrix.storage.base)
            unsafe product.a_zero = rowZeros.baseAddress
            unsafe product.b_zero = columnZeros.baseAddress
            unsafe product.sums = sums
            unsafe ree_i8_matmul_run(&product)
          }
        }
      }
    }
    return [.tensor(result.tensor)]
  }

  /// The one zero point of an operand; `nil` where rows or columns have their own.
  private func zeroPoint(_ index: Int, shift: Int32) throws -> Int32? {
    guard let tensor = try optionalTensor(index) else { return shift }
    guard tensor.count == 1, let numbers = tensor.integers() else { return nil }
    return Int32(truncatingIfNeeded: numbers[0]) + shift
  }

  /// Small integers, which float32 holds or rounds once.
  func fastCast() throws -> [Value?]? {
    let x = try tensor(0)
    guard try int("to") == 1 else { return nil }
    switch x.elementType {
    case .int8: return [.tensor(try numbers(x, Int8.self))]
    case .uint8, .bool: return [.tensor(try numbers(x, UInt8.self))]
    case .int32: return [.tensor(try numbers(x, Int32.self))]
    default: return nil
    }
  }

  private func numbers<T: Element & BinaryInteger>(_ x: Tensor, _ type: T.Type) throws -> Tensor {
    let result = try makeUnwritten(Float.self, x.shape)
    unsafe x.elements(type).withPointer { source in
      unsafe result.withPointer { target in
        for index in 0..<x.count { unsafe target[index] = Float(source[index]) }
      }
    }
    return result.tensor
  }
}
