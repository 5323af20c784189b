internal import CKernels
internal import Testing

extension Kernels {
  @Suite
  struct ElementTests {
    typealias Binary =
      @convention(c) (
        UnsafePointer<Float>?, Int, UnsafePointer<Float>?, Int, UnsafeMutablePointer<Float>?, Int
      ) -> Void

    @Test(arguments: instructionSets)
    func `arithmetic rounds once and stores one NaN`(name: String) throws {
      var generator = Generator()
      let pairs = specials.flatMap { a in specials.map { (a, $0) } }
      let a = pairs.map(\.0) + generator.patterns(500)
      let b = pairs.map(\.1) + generator.patterns(500)
      let operations: [(Binary, (Float, Float) -> Float)] = [
        (ree_add, { $0 + $1 }), (ree_sub, { $0 - $1 }), (ree_mul, { $0 * $1 }),
        (ree_div, { $0 / $1 }),
        (ree_max, Self.maximum), (ree_min, { -Self.maximum(-$0, -$1) }),
      ]

      for (kernel, reference) in operations {
        let got = try on(name) {
          var y = [Float](repeating: 0, count: a.count)
          kernel(a, 1, b, 1, &y, a.count)
          return y
        }
        #expect(got.patterns == zip(a, b).map { Reference.canonical(reference($0, $1)) }.patterns)
      }
    }

    /// IEEE 754-2019: NaN wins, +0 is greater than -0.
    static func maximum(_ a: Float, _ b: Float) -> Float {
      if a.isNaN || b.isNaN { return .nan }
      if a == b { return a.sign == .plus ? a : b }
      return a > b ? a : b
    }

    @Test(arguments: instructionSets)
    func `integers are found in every direction`(name: String) throws {
      var generator = Generator()
      let x = specials + generator.units(500).map { $0 * 100 } + generator.patterns(500)

      let (floor, ceil, round) = try on(name) {
        (map(ree_floor, x), map(ree_ceil, x), map(ree_round, x))
      }

      #expect(floor.patterns == x.map { Reference.canonical($0.rounded(.down)) }.patterns)
      #expect(ceil.patterns == x.map { Reference.canonical($0.rounded(.up)) }.patterns)
      #expect(
        round.patterns == x.map { Reference.canonical($0.rounded(.toNearestOrEven)) }.patterns)
    }

    @Test(arguments: instructionSets)
    func `sixteen-bit floats widen exactly and come back`(name: String) throws {
      let halves = (0...UInt16.max).filter { $0 & 0x7C00 != 0x7C00 || $0 & 0x3FF == 0 }
      var x = [Float](repeating: 0, count: halves.count)
      var back = [UInt16](repeating: 0, count: halves.count)

      try on(name) {
        ree_from_f16(halves, &x, halves.count)
        ree_to_f16(x, &back, halves.count)
      }

      #expect(back == halves)
      let one = halves.firstIndex(of: 0x3C00)
      #expect(one.map { x[$0] } == 1)
      let least = halves.firstIndex(of: 1)
      #expect(least.map { x[$0] } == 0x1p-24)
    }

    @Test(arguments: instructionSets)
    func `narrowing ties to even and overflows to infinity`(name: String) throws {
      let x: [Float] = [
        1 + 0x1p-11, 1 + 0x3p-11, 65_519.99, 65_520, 0x1p-25, 0x1.8p-24, .nan, -.infinity,
        0x1.004p-15,
      ]
      var half = [UInt16](repeating: 0, count: x.count)
      var brain = half

      try on(name) {
        ree_to_f16(x, &half, x.count)
        ree_to_bf16([1 + 0x1p-8, 1 + 0x3p-8, .nan, 3.4e38, -1], &brain, 5)
      }

      #expect(
        half == [0x3C00, 0x3C02, 0x7BFF, 0x7C00, 0, 2, 0x7E00, 0xFC00, 0x0200].map { UInt16($0) })
      #expect(Array(brain[0..<5]) == [0x3F80, 0x3F82, 0x7FC0, 0x7F80, 0xBF80])
    }
  }
}
