internal import CKernels
internal import Testing

extension Kernels {
  @Suite
  struct IntegerTests {
    @Test(arguments: instructionSets)
    func `integer sums are exact, zero points and all`(name: String) throws {
      var generator = Generator()
      for (m, n, k) in [(1, 1, 1), (3, 33, 130), (14, 64, 7), (5, 40, 1030)] {
        let row = (k + 3) / 4 * 4
        let a = generator.bytes(m * k)
        let b = generator.bytes(k * n)
        let aZero = generator.bytes(m).map(Int32.init)
        let bZero = generator.bytes(n).map { Int32($0) - 128 }
        var rows = [UInt8](repeating: 0, count: m * row)
        var sums = [Int32](repeating: 0, count: m * n)

        try on(name) {
          ree_u8_rows(a, m, k, &rows, row)
          var packed = [Int32](repeating: 0, count: ree_i8_packed_size(k, n) / 4)
          ree_u8_pack(k, n, b, n, 1, &packed)
          rows.withUnsafeBufferPointer { rows in
            packed.withUnsafeBufferPointer { packed in
              aZero.withUnsafeBufferPointer { aZero in
                bZero.withUnsafeBufferPointer { bZero in
                  sums.withUnsafeMutableBufferPointer { sums in
                    var product = ree_i8_matmul()
                    ree_i8_matmul_init(&product, m, n, k)
                    product.a = rows.baseAddress
                    product.b = UnsafeRawPointer(packed.baseAddress)
                    (product.a_zero, product.b_zero) = (aZero.baseAddress, bZero.baseAddress)
                    product.sums = sums.baseAddress
                    ree_i8_matmul_run(&product)
                  }
                }
              }
            }
          }
        }

        let expected = (0..<m * n).map { index -> Int32 in
          let (i, j) = (index / n, index % n)
          return (0..<k).reduce(Int32(0)) {
            $0 + (Int32(a[i * k + $1]) - aZero[i]) * (Int32(b[$1 * n + j]) - 128 - bZero[j])
          }
        }
        #expect(sums == expected, "\(m) x \(n) x \(k)")
      }
    }

    @Test(arguments: instructionSets)
    func `rows quantise to nearest even, and refuse what has no scale`(name: String) throws {
      var generator = Generator()
      let k = 37
      var x = generator.units(5 * k)
      for i in 0..<k { x[k + i] = 0 }
      x[2 * k + 5] = .infinity
      x[3 * k + 9] = .nan
      for i in 0..<k { x[4 * k + i] *= 0x1p-133 }
      var q = [UInt8](repeating: 0, count: 5 * 40)
      var scale = [Float](repeating: 0, count: 5)

      try on(name) { ree_quantize_rows(x, 5, k, &q, 40, &scale) }

      let greatest = x[0..<k].map(abs).max() ?? 0
      #expect(scale[0] == greatest / 127)
      let expected = x[0..<k].map { UInt8(128 + ($0 * (127 / greatest)).rounded(.toNearestOrEven)) }
      #expect(Array(q[0..<k]) == expected)
      #expect(q[37..<200].allSatisfy { $0 == 128 })
      #expect(scale[1] == 0)
      #expect(scale[2].bitPattern == 0x7FC0_0000)
      #expect(scale[3].bitPattern == 0x7FC0_0000)
      #expect(scale[4] == 0)
    }

    @Test(arguments: instructionSets)
    func `blocks are exact inside and a chain outside`(name: String) throws {
      var generator = Generator()
      for (format, size) in [(REE_Q8_0, 34), (REE_Q4_0, 18), (REE_Q4_1, 20)] {
        for (m, n, k) in [(1, 33, 96), (5, 70, 64)] {
          let blocks = k / 32
          var weights = generator.bytes(n * blocks * size)
          for block in 0..<n * blocks {
            // Scales of moderate size: exponents 9 and 10.
            weights[block * size + 1] = weights[block * size + 1] & 0x83 | 0x24
            if format == REE_Q4_1 {
              weights[block * size + 3] = weights[block * size + 3] & 0x83 | 0x28
            }
          }
          let x = generator.units(m * k)

          let (q, scale, sum, c) = try on(name) {
            Self.multiply(format, x, weights, m: m, n: n, k: k)
          }

          for i in 0..<m {
            for j in 0..<n {
              var total: Float = 0
              for block in 0..<blocks {
                let at = (j * blocks + block) * size
                let (dot, d, minimum) = Self.dot(
                  format, weights[at..<at + size],
                  q[(i * k + block * 32)..<(i * k + block * 32 + 32)])
                let s = scale[i * blocks + block]
                total.addProduct(Float(dot), d * s)
                if format == REE_Q4_1 {
                  total.addProduct(minimum, s * Float(sum[i * blocks + block]))
                }
              }
              #expect(c[i * n + j].bitPattern == total.bitPattern, "\(format) \(i) \(j)")
            }
          }
        }
      }
    }

    static func multiply(
      _ format: ree_block_format, _ x: [Float], _ weights: [UInt8], m: Int, n: Int, k: Int
    ) -> (q: [Int8], scale: [Float], sum: [Int32], c: [Float]) {
      var q = [Int8](repeating: 0, count: m * k)
      var scale = [Float](repeating: 0, count: m * k / 32)
      var sum = [Int32](repeating: 0, count: m * k / 32)
      var c = [Float](repeating: 0, count: m * n)
      var packed = [UInt16](repeating: 0, count: ree_blocks_packed_size(format, k, n) / 2)
      ree_quantize_blocks(x, m, k, &q, &scale, &sum)
      ree_blocks_pack(format, k, n, weights, &packed)
      q.withUnsafeBufferPointer { q in
        scale.withUnsafeBufferPointer { scale in
          sum.withUnsafeBufferPointer { sum in
            packed.withUnsafeBufferPointer { packed in
              c.withUnsafeMutableBufferPointer { c in
                var product = ree_blocks_matmul()
                ree_blocks_matmul_init(&product, format, m, n, k)
                (product.q, product.scale, product.sum) = (
                  q.baseAddress, scale.baseAddress, sum.baseAddress
                )
                product.weights = UnsafeRawPointer(packed.baseAddress)
                product.c = c.baseAddress
                ree_blocks_matmul_run(&product)
              }
            }
          }
        }
      }
      return (q, scale, sum, c)
    }

    /// The exact sum of one block, and its d and m.
    static func dot(
      _ format: ree_block_format, _ block: ArraySlice<UInt8>, _ x: ArraySlice<Int8>
    ) -> (Int32, Float, Float) {
      let bytes = Array(block)
      let d = half(bytes[0], bytes[1])
      let header = format == REE_Q4_1 ? 4 : 2
      let values = (0..<32).map { i -> Int32 in
        if format == REE_Q8_0 { return Int32(Int8(bitPattern: bytes[header + i])) }
        let byte = bytes[header + i % 16]
        let nibble = Int32(i < 16 ? byte & 15 : byte >> 4)
        return format == REE_Q4_0 ? nibble - 8 : nibble
      }
      let sum = zip(values, x).reduce(Int32(0)) { $0 + $1.0 * Int32($1.1) }
      return (sum, d, format == REE_Q4_1 ? half(bytes[2], bytes[3]) : 0)
    }

    /// A normal binary16.
    static func half(_ low: UInt8, _ high: UInt8) -> Float {
      let pattern = UInt32(high) << 8 | UInt32(low)
      let exponent = Int(pattern >> 10 & 31) - 15
      let magnitude = Float(
        sign: .plus, exponent: exponent, significand: 1 + Float(pattern & 1023) / 1024)
      return pattern & 0x8000 == 0 ? magnitude : -magnitude
    }
  }
}
