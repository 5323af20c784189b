internal import CKernels
internal import Testing

extension Kernels {
  @Suite
  struct ProductTests {
    /// Rows, columns, k: the ends of blocks, panels and register tiles, and nothing at all.
    static let shapes: [(Int, Int, Int)] = [
      (1, 1, 0), (1, 1, 1), (2, 33, 255), (3, 32, 256), (4, 31, 257), (5, 40, 256), (12, 64, 3),
      (13, 65, 515), (1, 200, 513), (150, 7, 20), (0, 5, 5), (5, 0, 5),
    ]

    static func run(
      _ a: [Float], _ b: [Float], m: Int, n: Int, k: Int, packed: Bool,
      _ change: (inout ree_matmul) -> Void = { _ in }
    ) -> [Float] {
      var c = [Float](repeating: .nan, count: m * n)
      var panels = [Float](repeating: 0, count: ree_matmul_packed_size(k, n))
      ree_matmul_pack(k, n, b, n, 1, &panels)
      var product = ree_matmul()
      ree_matmul_init(&product, m, n, k)
      product.b_packed = packed
      change(&product)
      a.withUnsafeBufferPointer { a in
        (packed ? panels : b).withUnsafeBufferPointer { b in
          c.withUnsafeMutableBufferPointer { c in
            product.a = a.baseAddress
            product.b = b.baseAddress
            product.c = c.baseAddress
            ree_matmul_run(&product)
          }
        }
      }
      return c
    }

    @Test(arguments: instructionSets)
    func `products have the bits of the rule`(name: String) throws {
      var generator = Generator()
      for (m, n, k) in Self.shapes {
        let a = generator.units(m * k)
        let b = generator.units(k * n)
        let expected = Reference.product(a, b, m: m, n: n, k: k)

        for packed in [false, true] {
          let got = try on(name) { Self.run(a, b, m: m, n: n, k: k, packed: packed) }
          #expect(got.patterns == expected.patterns, "\(m) x \(n) x \(k), packed: \(packed)")
        }
      }
    }

    @Test(arguments: instructionSets)
    func `special values go through as the rule says`(name: String) throws {
      var generator = Generator()
      let (m, n, k) = (6, 37, 300)
      var a = generator.units(m * k)
      var b = generator.units(k * n)
      for (i, value) in specials.enumerated() {
        a[(i * 37) % a.count] = value
        b[(i * 91) % b.count] = value
        a[m * k - 1 - i] = -0.0
      }

      let got = try on(name) { Self.run(a, b, m: m, n: n, k: k, packed: true) }

      #expect(got.patterns == Reference.product(a, b, m: m, n: n, k: k).patterns)
    }

    @Test(arguments: instructionSets)
    func `a chain keeps the sign of its zeros`(name: String) throws {
      // -2^-80 * 2^-80 rounds to -0; a further +0 makes it +0.
      let a: [Float] = [-0x1p-80, 1]
      let b: [Float] = [0x1p-80, -0.0, 0x1p-80, 0]

      let got = try on(name) {
        Self.run(a, [b[0], b[2], b[1], b[3]], m: 1, n: 2, k: 2, packed: false)
      }

      #expect(got.patterns == [0x8000_0000, 0])
    }

    @Test(arguments: instructionSets)
    func `what follows the sum is rounded step by step`(name: String) throws {
      var generator = Generator()
      let (m, n, k) = (9, 45, 70)
      let a = generator.units(m * k)
      let b = generator.units(k * n)
      let bias = generator.units(n)
      let rows = generator.units(m)
      let residual = generator.units(m * n)

      let got = try on(name) {
        bias.withUnsafeBufferPointer { bias in
          rows.withUnsafeBufferPointer { rows in
            residual.withUnsafeBufferPointer { residual in
              Self.run(a, b, m: m, n: n, k: k, packed: true) {
                $0.alpha = 0.3
                $0.beta = 0.7
                $0.column_bias = bias.baseAddress
                $0.row_bias = rows.baseAddress
                $0.residual = residual.baseAddress
                $0.residual_row = n
                $0.activation = REE_RELU
              }
            }
          }
        }
      }

      let sums = Reference.product(a, b, m: m, n: n, k: k)
      let expected = (0..<m * n).map { i -> Float in
        let scaled = Float(0.3) * sums[i]
        let biased = (scaled + bias[i % n]) + rows[i / n]
        let term = Float(0.7) * residual[i]
        return max(biased + term, 0)
      }
      #expect(got.patterns == expected.patterns)
    }

    @Test(arguments: instructionSets)
    func `transposed operands are read where they lie`(name: String) throws {
      var generator = Generator()
      let (m, n, k) = (17, 41, 260)
      let a = generator.units(m * k)
      let b = generator.units(k * n)
      var aTransposed = a
      var bTransposed = b
      for q in 0..<k {
        for i in 0..<m { aTransposed[q * m + i] = a[i * k + q] }
        for j in 0..<n { bTransposed[j * k + q] = b[q * n + j] }
      }

      let got = try on(name) {
        Self.run(aTransposed, bTransposed, m: m, n: n, k: k, packed: false) {
          ($0.a_row, $0.a_col, $0.b_row, $0.b_col) = (1, m, 1, k)
        }
      }

      #expect(got.patterns == Reference.product(a, b, m: m, n: n, k: k).patterns)
    }

    @Test
    func `tiles cover the product once each, in any order`() throws {
      var generator = Generator()
      let (m, n, k) = (300, 700, 33)
      let a = generator.units(m * k)
      let b = generator.units(k * n)
      let expected = try on("soft") { Self.run(a, b, m: m, n: n, k: k, packed: false) }
      var c = [Float](repeating: .nan, count: m * n)
      var product = ree_matmul()
      ree_matmul_init(&product, m, n, k)

      let tiles = ree_matmul_tile_count(&product)
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          c.withUnsafeMutableBufferPointer { c in
            (product.a, product.b, product.c) = (a.baseAddress, b.baseAddress, c.baseAddress)
            for tile in (0..<tiles).reversed() { ree_matmul_tile(&product, tile) }
          }
        }
      }

      #expect(tiles > 1)
      #expect(c.patterns == expected.patterns)
    }
  }
}
