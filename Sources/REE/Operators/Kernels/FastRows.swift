internal import CKernels

extension Call {
  func fastSoftmax(_ function: RowMap.Function) throws -> [Value?]? {
    guard let x = try optionalTensor(0), x.elementType == .float32, x.rank > 0, x.count > 0 else {
      return nil
    }
    let axis = try int("axis", default: opset < 13 ? 1 : -1).axis(rank: x.rank)
    guard opset < 13 || axis == x.rank - 1 else { return nil }
    let width = x.shape[axis...].reduce(1, *)
    let result = try makeUnwritten(Float.self, x.shape)
    unsafe x.elements(Float.self).withPointer { source in
      unsafe result.withPointer { target in
        if case .softmax = function {
          unsafe ree_softmax_rows(source, x.count / width, width, target)
        } else {
          unsafe ree_log_softmax_rows(source, x.count / width, width, target)
        }
      }
    }
    return [.tensor(result.tensor)]
  }

  func fastLayerNormalization() throws -> [Value?]? {
    guard let x = try optionalTensor(0), x.elementType == .float32, x.count > 0,
      let scale = try optionalTensor(1)
    else { return nil }
    let axis = try int("axis", default: -1).axis(rank: x.rank)
    let inner = Array(x.shape[axis...])
    let bias = try optionalTensor(2)
    guard scale.shape == inner, scale.elementType == .float32,
      bias.map({ $0.shape == inner && $0.elementType == .float32 }) ?? true
    else { return nil }
    let width = inner.reduce(1, *)
    let statistics = Array(x.shape[..<axis]) + inner.map { _ in 1 }
    let result = try makeUnwritten(Float.self, x.shape)
    let (means, inverses) = (
      try makeUnwritten(Float.self, statistics), try makeUnwritten(Float.self, statistics)
    )
    let epsilon = try float("epsilon", default: 1e-5)
    func run(_ beta: UnsafePointer<Float>?) {
      unsafe x.elements(Float.self).withPointer { source in
        unsafe scale.elements(Float.self).withPointer { gamma in
          unsafe result.withPointer { target in
            unsafe means.withPointer { mean in
              unsafe inverses.withPointer { inverse in
                unsafe ree_layer_norm_rows(
                  source, x.count / width, width, gamma, beta, epsilon, target, mean, inverse)
              }
            }
          }
        }
      }
    }
    if let bias {
      unsafe bias.elements(Float.self).withPointer { beta in unsafe run(beta) }
    } else {
      run(nil)
    }
    return [.tensor(result.tensor), .tensor(means.tensor), .tensor(inverses.tensor)]
  }

  /// Sums and means of whole rows.
  func fastSum(isMean: Bool, axesAreInputFrom version: Int) throws -> [Value?]? {
    guard let x = try optionalTensor(0), x.elementType == .float32, x.count > 0,
      let axes = try opset < version ? ints("axes") : optionalInts(1)
    else { return nil }
    let sorted = try axes.axes(rank: x.rank).sorted()
    guard let first = sorted.first, sorted == Array(first..<x.rank) else { return nil }
    let width = x.shape[first...].reduce(1, *)
    let keeps = try flag("keepdims", default: true)
    let result = try make(
      Float.self, Array(x.shape[..<first]) + (keeps ? sorted.map { _ in 1 } : []))
    unsafe x.elements(Float.self).withPointer { source in
      unsafe result.withPointer { target in
        unsafe ree_sum_rows(source, x.count / width, width, target)
      }
    }
    if isMean {
      for index in 0..<result.count { result[index] /= Float(width) }
    }
    return [.tensor(result.tensor)]
  }
}
