internal import CKernels

extension Call {
  func fastMatMul() throws -> [Value?]? {
    guard let a = try optionalTensor(0), let b = try optionalTensor(1),
      a.elementType == .float32, b.elementType == .float32, a.rank >= 2, b.rank >= 2,
      a.shape[a.rank - 1] == b.shape[b.rank - 2]
    else { return nil }
    let (m, k, n) = (a.shape[a.rank - 2], a.shape[a.rank - 1], b.shape[b.rank - 1])
    let (leftBatch, rightBatch) = (Array(a.shape.dropLast(2)), Array(b.shape.dropLast(2)))
    let batch = try Broadcast.shape([leftBatch, rightBatch])
    let result = try makeUnwritten(Float.self, batch + [m, n])
    let strides = [
      try Broadcast.strides(leftBatch, in: batch).map { $0 * m * k },
      try Broadcast.strides(rightBatch, in: batch).map { $0 * k * n },
    ]
    var walk = Walk(batch, strides)
    unsafe a.elements(Float.self).withPointer { x in
      unsafe b.elements(Float.self).withPointer { y in
        unsafe result.withPointer { z in
          var product = unsafe ree_matmul()
          for index in 0..<walk.count {
            unsafe ree_matmul_init(&product, m, n, k)
            unsafe product.a = unsafe x + walk.positions[0]
            unsafe product.b = unsafe y + walk.positions[1]
            unsafe product.c = unsafe z + index * m * n
            unsafe ree_matmul_run(&product)
            walk.advance()
          }
        }
      }
    }
    return [.tensor(result.tensor)]
  }

  /// alpha * A B, then beta * C, each rounded; transposed operands are read where they are.
  func fastGemm() throws -> [Value?]? {
    guard let a = try optionalTensor(0), let b = try optionalTensor(1),
      a.elementType == .float32, b.elementType == .float32, a.rank == 2, b.rank == 2
    else { return nil }
    let (turnsA, turnsB) = (try flag("transA"), try flag("transB"))
    let (m, k) = turnsA ? (a.shape[1], a.shape[0]) : (a.shape[0], a.shape[1])
    let (inner, n) = turnsB ? (b.shape[1], b.shape[0]) : (b.shape[0], b.shape[1])
    guard inner == k else { return nil }
    var c = try optionalTensor(2)
    if let given = c {
      guard given.elementType == .float32, try Broadcast.shape([[m, n], given.shape]) == [m, n]
      else { return nil }
      c = try given.broadcast(to: [m, n], budget: budget)
    }
    let result = try makeUnwritten(Float.self, [m, n])
    let (alpha, beta) = (try float("alpha", default: 1), try float("beta", default: 1))
    unsafe a.elements(Float.self).withPointer { x in
      unsafe b.elements(Float.self).withPointer { y in
        unsafe result.withPointer { z in
          var product = unsafe ree_matmul()
          unsafe ree_matmul_init(&product, m, n, k)
          unsafe product.a = x
          unsafe product.b = y
          unsafe product.c = z
          if turnsA { unsafe (product.a_row, product.a_col) = (1, m) }
          if turnsB { unsafe (product.b_row, product.b_col) = (1, k) }
          unsafe product.alpha = alpha
          guard let c else {
            unsafe ree_matmul_run(&product)
            return
          }
          unsafe c.elements(Float.self).withPointer { residual in
            unsafe product.residual = residual
            unsafe product.residual_row = n
            unsafe product.beta = beta
            unsafe ree_matmul_run(&product)
          }
        }
      }
    }
    return [.tensor(result.tensor)]
  }

  /// Of one or two spatial axes.
  func fastConvolution() throws -> [Value?]? {
    guard let x = try optionalTensor(0), let weights = try optionalTensor(1),
      x.elementType == .float32, weights.elementType == .float32, x.rank == 3 || x.rank == 4
    else { return nil }
    let bias = try optionalTensor(2)
    if let bias, bias.elementType != .float32 || bias.shape != [weights.shape[0]] { return nil }
    let convolution = try Convolution(x, weights, self)
    let (window, groups) = (convolution.window, convolution.groups)
    guard window.before.allSatisfy({ $0 >= 0 }) else { return nil }
    let isFlat = x.rank == 3
    func pair(_ values: [Int], _ filler: Int) -> (Int, Int) {
      isFlat ? (filler, values[0]) : (values[0], values[1])
    }
    let result = try makeUnwritten(Float.self, [x.shape[0], weights.shape[0]] + window.outputShape)
    guard result.count > 0 else { return [.tensor(result.tensor)] }
    let (channels, filters) = (weights.shape[1], weights.shape[0] / groups)
    let (plane, outputPlane) = (
      window.inputShape.reduce(1, *), window.outputShape.reduce(1, *)
    )
    let size = weights.shape[1...].reduce(1, *)
    // Without a bias its pointer is not looked at.
    let addends = bias ?? weights
    unsafe x.elements(Float.self).withPointer { source in
      unsafe weights.elements(Float.self).withPointer { kernel in
        unsafe result.withPointer { target in
          let added = unsafe addends.elements(Float.self).withPointer { unsafe $0 }
          var conv = unsafe ree_conv()
          unsafe ree_conv_init(&conv)
          unsafe (conv.height, conv.width) = pair(window.inputShape, 1)
          unsafe (conv.kernel_h, conv.kernel_w) = pair(window.kernel, 1)
          unsafe (conv.stride_h, conv.stride_w) = pair(window.strides, 1)
          unsafe (conv.dilation_h, conv.dilation_w) = pair(window.dilations, 1)
          unsafe (conv.pad_top, conv.pad_left) = pair(window.before, 0)
          unsafe (conv.out_h, conv.out_w) = pair(window.outputShape, 1)
          let isDepthwise = channels == 1 && filters == 1 && groups > 1
          for batch in 0..<x.shape[0] {
            if isDepthwise {
              unsafe (conv.channels, conv.filters) = (groups, groups)
              unsafe conv.input = source + batch * groups * plane
              unsafe conv.weights = kernel
              unsafe conv.bias = bias == nil ? nil : added
              unsafe conv.output = target + batch * groups * outputPlane
              unsafe ree_conv_depthwise_run(&conv)
              continue
            }
            for group in 0..<groups {
              unsafe (conv.channels, conv.filters) = (channels, filters)
              unsafe conv.input = source + (batch * groups + group) * channels * plane
              unsafe conv.weights = kernel + group * filters * size
              unsafe conv.bias = bias == nil ? nil : added + group * filters
              unsafe conv.output = target + (batch * groups + group) * filters * outputPlane
              unsafe ree_conv_run(&conv)
            }
          }
        }
      }
    }
    withExtendedLifetime(addends) {}
    return [.tensor(result.tensor)]
  }
}
