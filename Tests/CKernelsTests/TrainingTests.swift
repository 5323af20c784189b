internal import CKernels
internal import Testing

extension Kernels {
  @Suite
  struct TrainingTests {
    @Test(arguments: instructionSets)
    func `AdamW is the written sequence`(name: String) throws {
      var generator = Generator()
      let n = 37
      var parameter = generator.units(n)
      var m = [Float](repeating: 0, count: n)
      var v = m
      var expected = parameter
      var (firsts, seconds) = (m, v)
      var (power1, power2) = (1.0, 1.0)

      for step in 1...4 {
        let gradient = generator.units(n)
        try on(name) {
          var adamw = ree_adamw()
          ree_adamw_init(&adamw, 1e-3, 0.9, 0.999, 1e-8, 0.01, UInt64(step))
          ree_adamw_update(&adamw, gradient, &parameter, &m, &v, n)
        }

        (power1, power2) = (power1 * 0.9, power2 * 0.999)
        let (correction1, correction2) = (Float(1 - power1), Float(1 - power2))
        for i in 0..<n {
          let g = gradient[i]
          firsts[i] = (Float(0.1) * g).addingProduct(0.9, firsts[i])
          seconds[i] = (Float(0.001) * (g * g)).addingProduct(0.999, seconds[i])
          let u = (firsts[i] / correction1) / ((seconds[i] / correction2).squareRoot() + 1e-8)
          let decayed = Float(0.01) * expected[i]
          expected[i] -= Float(1e-3) * (u + decayed)
        }
      }

      #expect(parameter.patterns == expected.patterns)
      #expect(m.patterns == firsts.patterns)
      #expect(v.patterns == seconds.patterns)
    }

    @Test(arguments: instructionSets)
    func `gradients are those of the functions`(name: String) throws {
      var generator = Generator()
      let x = generator.units(200).map { $0 * 4 }
      let ones = [Float](repeating: 1, count: x.count)
      let step: Float = 0x1p-6
      typealias Gradient = (
        UnsafePointer<Float>?, UnsafePointer<Float>?, UnsafeMutablePointer<Float>?, Int
      ) -> Void
      let pairs: [(FunctionTests.Kernel, Gradient)] = [
        (ree_gelu, ree_gelu_gradient), (ree_silu, ree_silu_gradient),
      ]

      for (function, gradient) in pairs {
        let slopes = try on(name) { map({ gradient($0, ones, $1, $2) }, x) }
        let above = map(function, x.map { $0 + step })
        let below = map(function, x.map { $0 - step })
        for i in x.indices {
          #expect(abs(slopes[i] - (above[i] - below[i]) / (2 * step)) < 1e-3)
        }
      }
    }

    @Test(arguments: instructionSets)
    func `GELU together with its slope has the bits of both`(name: String) throws {
      var generator = Generator()
      let x = generator.units(83).map { $0 * 6 }
      let ones = [Float](repeating: 1, count: x.count)
      var (y, slope, expected, expectedSlope) = (x, x, x, x)

      try on(name) {
        ree_gelu_with_slope(x, &y, &slope, x.count)
        ree_gelu(x, &expected, x.count)
        ree_gelu_gradient(x, ones, &expectedSlope, x.count)
      }

      #expect(y.patterns == expected.patterns)
      #expect(slope.patterns == expectedSlope.patterns)
    }

    // Transposed operands are packed in another way than others, whole panels in another than rests.
    @Test(arguments: instructionSets)
    func `a product does not see how its operands lie`(name: String) throws {
      var generator = Generator()
      for (m, n, k) in [(24, 64, 40), (25, 70, 37), (13, 32, 300)] {
        let a = generator.units(m * k)
        let b = generator.units(k * n)
        let aColumns = (0..<m * k).map { a[$0 % m * k + $0 / m] }
        let bColumns = (0..<k * n).map { b[$0 % k * n + $0 / k] }
        var plain = [Float](repeating: 0, count: m * n)
        var transposed = plain

        try on(name) {
          var product = ree_matmul()
          ree_matmul_init(&product, m, n, k)
          run(product, a, b, &plain)
          (product.a_row, product.a_col) = (1, m)
          (product.b_row, product.b_col) = (1, k)
          run(product, aColumns, bColumns, &transposed)
        }

        #expect(plain.patterns == transposed.patterns)
      }
    }

    private func run(_ product: ree_matmul, _ a: [Float], _ b: [Float], _ c: inout [Float]) {
      var product = product
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          c.withUnsafeMutableBufferPointer { c in
            product.a = a.baseAddress
            product.b = b.baseAddress
            product.c = c.baseAddress
            ree_matmul_run(&product)
          }
        }
      }
    }

    @Test(arguments: instructionSets)
    func `scattered rows add up in the order of their sources`(name: String) throws {
      let width = 19
      let index: [Int64] = [2, 0, 2, 2, 1]
      var generator = Generator()
      let x = generator.units(index.count * width)
      var y = [Float](repeating: 0.25, count: 3 * width)

      try on(name) {
        ree_scatter_add_rows(x, index, index.count, width, &y, 0, 1)
        ree_scatter_add_rows(x, index, index.count, width, &y, 1, 3)
      }

      for j in 0..<width {
        #expect(y[2 * width + j] == ((0.25 + x[j]) + x[2 * width + j]) + x[3 * width + j])
        #expect(y[j] == 0.25 + x[width + j])
      }
    }

    @Test(arguments: instructionSets)
    func `a layer norm's gradient is orthogonal to what the norm removes`(name: String) throws {
      var generator = Generator()
      let n = 133
      let x = generator.units(n)
      let dy = generator.units(n)
      let gamma = generator.units(n)
      var y = x
      var dx = x
      var (mean, reciprocal): (Float, Float) = (0, 0)

      try on(name) {
        ree_layer_norm_rows(x, 1, n, gamma, nil, 1e-5, &y, &mean, &reciprocal)
        ree_layer_norm_gradient_rows(x, dy, 1, n, gamma, &mean, &reciprocal, &dx)
      }

      // Moving all of x, or scaling it, changes nothing: the gradient has no such part.
      #expect(abs(dx.reduce(0, +)) < 1e-3)
      #expect(abs(zip(dx, x).reduce(0) { $0 + $1.0 * ($1.1 - mean) }) < 1e-2)
      #expect(dx.contains { abs($0) > 0.1 })
    }
  }
}
