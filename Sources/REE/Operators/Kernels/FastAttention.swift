internal import CKernels

extension Attention {
  /// The same by kernels, one head after the other. The scores are not kept.
  func onKernels() throws -> (Tensor, Tensor) {
    let root = (scale ?? 1 / Float(query.width).squareRoot()).squareRoot()
    let (rows, columns, width) = (query.length, key.length, query.width)
    let result = try call.make(
      Float.self, [query.batches, query.heads, rows, value.width])
    let scores = try call.make(Float.self, [rows, columns])
    let scaledQuery = try call.make(Float.self, [rows, width])
    let scaledKey = try call.make(Float.self, [columns, width])
    let bias = try Bias<Float>(mask, [query.batches, query.heads, rows, columns])
    let repeats = query.heads / key.heads
    for batch in 0..<query.batches {
      for head in 0..<query.heads {
        let position = (batch * query.heads + head) * rows
        let keyRow = (batch * key.heads + head / repeats) * columns
        Self.scale(query.tensor, from: position * width, by: root, into: scaledQuery)
        Self.scale(key.tensor, from: keyRow * width, by: root, into: scaledKey)
        Self.multiply(scaledQuery, scaledKey, into: scores)
        if softcap > 0 { cap(scores) }
        var maskedRows: [Int] = []
        for row in 0..<rows {
          var isMasked = true
          for column in 0..<columns {
            let addend = isAllowed(batch, row, column) ? bias[batch, head, row, column] : -.infinity
            isMasked = isMasked && addend == -.infinity
            scores[row * columns + column] += addend
          }
          if isMasked { maskedRows.append(row) }
        }
        unsafe scores.withPointer { scores in
          unsafe ree_softmax_rows(scores, rows, columns, scores)
        }
        for row in maskedRows {
          for column in 0..<columns { scores[row * columns + column] = 0 }
        }
        weigh(scores, keyRow, into: result, at: position)
      }
    }
    return (result.tensor, scores.tensor)
  }

  private static func scale(
    _ x: Tensor, from start: Int, by factor: Float, into target: TensorBuilder<Float>
  ) {
    let count = target.count
    var factor = factor
    unsafe x.elements(Float.self).withPointer { source in
      unsafe target.withPointer { target in
        unsafe ree_mul(source + start, 1, &factor, 0, target, count)
      }
    }
  }

  /// Queries times transposed keys.
  private static func multiply(
    _ queries: TensorBuilder<Float>, _ keys: TensorBuilder<Float>, into scores: TensorBuilder<Float>
  ) {
    let (rows, columns, width) = (scores.shape[0], scores.shape[1], keys.shape[1])
    unsafe queries.withPointer { queries in
      unsafe keys.withPointer { keys in
        unsafe scores.withPointer { scores in
          var product = unsafe ree_matmul()
          unsafe ree_matmul_init(&product, rows, columns, width)
          unsafe product.a = UnsafePointer(queries)
          unsafe product.b = UnsafePointer(keys)
          unsafe (product.b_row, product.b_col) = (1, width)
          unsafe product.c = scores
          unsafe ree_matmul_run(&product)
        }
      }
    }
  }

  private func cap(_ scores: TensorBuilder<Float>) {
    let count = scores.count
    var bound = softcap
    unsafe scores.withPointer { scores in
      unsafe ree_div(scores, 1, &bound, 0, scores, count)
      unsafe ree_tanh(scores, scores, count)
      unsafe ree_mul(scores, 1, &bound, 0, scores, count)
    }
  }

  /// Weights times values.
  private func weigh(
    _ weights: TensorBuilder<Float>, _ keyRow: Int, into result: TensorBuilder<Float>,
    at position: Int
  ) {
    let (rows, columns, width) = (weights.shape[0], weights.shape[1], value.width)
    unsafe value.tensor.elements(Float.self).withPointer { values in
      unsafe weights.withPointer { weights in
        unsafe result.withPointer { result in
          var product = unsafe ree_matmul()
          unsafe ree_matmul_init(&product, rows, width, columns)
          unsafe product.a = UnsafePointer(weights)
          unsafe product.b = values + keyRow * width
          unsafe product.c = result + position * width
          unsafe ree_matmul_run(&product)
        }
      }
    }
  }
}
