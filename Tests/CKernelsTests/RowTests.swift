internal import CKernels
internal import Testing

extension Kernels {
  @Suite
  struct RowTests {
    static let lengths = [1, 31, 32, 33, 384, 700, 4096, 4097, 8200]

    @Test(arguments: instructionSets)
    func `sums follow the lanes`(name: String) throws {
      var generator = Generator()
      for n in Self.lengths {
        let x = generator.units(n)
        var sum: Float = 0
        var squares: Float = 0

        try on(name) {
          ree_sum_rows(x, 1, n, &sum)
          ree_sum_squares_rows(x, 1, n, &squares)
        }

        #expect(sum == Reference.sum(x), "\(n)")
        #expect(squares == Reference.squares(x), "\(n)")
      }
    }

    @Test(arguments: instructionSets)
    func `softmax is four steps`(name: String) throws {
      var generator = Generator()
      for n in Self.lengths {
        let x = generator.units(n).map { $0 * 9 }
        var y = [Float](repeating: 0, count: n)
        var logarithms = y

        try on(name) {
          ree_softmax_rows(x, 1, n, &y)
          ree_log_softmax_rows(x, 1, n, &logarithms)
        }

        let greatest = x.max() ?? 0
        let e = map(ree_exp, x.map { $0 - greatest })
        let sum = Reference.sum(e)
        #expect(y == e.map { $0 * (1 / sum) }, "\(n)")
        let log = map(ree_log, [sum])[0]
        #expect(logarithms == x.map { ($0 - greatest) - log }, "\(n)")
      }
    }

    @Test(arguments: instructionSets)
    func `norms divide, then scale`(name: String) throws {
      var generator = Generator()
      for n in Self.lengths {
        let x = generator.units(n)
        let gamma = generator.units(n)
        let beta = generator.units(n)
        var layer = [Float](repeating: 0, count: n)
        var rms = layer

        try on(name) {
          ree_layer_norm_rows(x, 1, n, gamma, beta, 1e-5, &layer, nil, nil)
          ree_rms_norm_rows(x, 1, n, gamma, 1e-6, &rms, nil)
        }

        let mean = Reference.sum(x) / Float(n)
        let centered = x.map { $0 - mean }
        let scale = 1 / (Reference.squares(centered) / Float(n) + 1e-5).squareRoot()
        let expected = (0..<n).map { beta[$0].addingProduct(centered[$0] * scale, gamma[$0]) }
        #expect(layer == expected, "\(n)")
        let r = 1 / (Reference.squares(x) / Float(n) + 1e-6).squareRoot()
        #expect(rms == (0..<n).map { (x[$0] * r) * gamma[$0] }, "\(n)")
      }
    }

    @Test(arguments: instructionSets)
    func `extremes know NaN and signed zeros`(name: String) throws {
      var y: Float = 0
      var index = 0
      let zeros = [Float](repeating: -0.0, count: 40) + [0] + [Float](repeating: -0.0, count: 9)
      try on(name) { ree_max_rows(zeros, 1, zeros.count, &y) }
      #expect(y.bitPattern == 0)

      var withNaN = [Float](repeating: 1, count: 70)
      (withNaN[33], withNaN[50]) = (.nan, .nan)
      try on(name) {
        ree_min_rows(withNaN, 1, withNaN.count, &y)
        ree_argmax_rows(withNaN, 1, withNaN.count, &index)
      }
      #expect(y.bitPattern == 0x7FC0_0000)
      #expect(index == 33)

      let ties: [Float] = [1, 3, 2, 3]
      try on(name) { ree_argmax_rows(ties, 1, 4, &index) }
      #expect(index == 1)
    }

    @Test(arguments: instructionSets)
    func `another axis is one chain`(name: String) throws {
      var generator = Generator()
      let (outer, n, inner) = (2, 9, 21)
      let x = generator.units(outer * n * inner)
      var y = [Float](repeating: 0, count: outer * inner)

      try on(name) { ree_sum_axis(x, outer, n, inner, &y) }

      let expected = (0..<outer * inner).map { at in
        (0..<n).reduce(Float(0)) { $0 + x[(at / inner * n + $1) * inner + at % inner] }
      }
      #expect(y == expected)
    }
  }
}
