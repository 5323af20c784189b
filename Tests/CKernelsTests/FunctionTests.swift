internal import CKernels
internal import Foundation
internal import Testing

extension Kernels {
  @Suite
  struct FunctionTests {
    typealias Kernel =
      @convention(c) (UnsafePointer<Float>?, UnsafeMutablePointer<Float>?, Int) -> Void

    struct Function: Sendable, CustomTestStringConvertible {
      let name: String
      let kernel: Kernel
      let reference: @Sendable (Double) -> Double

      var testDescription: String { name }
    }

    /// glibc's binary64 functions, rounded once: right but where their error decides, which the
    /// inputs below avoid (make conformance-functions looks at all inputs).
    static let functions = [
      Function(name: "exp", kernel: ree_exp, reference: { exp($0) }),
      Function(name: "exp2", kernel: ree_exp2, reference: { exp2($0) }),
      Function(name: "expm1", kernel: ree_expm1, reference: { expm1($0) }),
      Function(name: "log", kernel: ree_log, reference: { log($0) }),
      Function(name: "log2", kernel: ree_log2, reference: { log2($0) }),
      Function(name: "log10", kernel: ree_log10, reference: { log10($0) }),
      Function(name: "log1p", kernel: ree_log1p, reference: { log1p($0) }),
      Function(name: "sin", kernel: ree_sin, reference: { sin($0) }),
      Function(name: "cos", kernel: ree_cos, reference: { cos($0) }),
      Function(name: "tan", kernel: ree_tan, reference: { tan($0) }),
      Function(name: "asin", kernel: ree_asin, reference: { asin($0) }),
      Function(name: "acos", kernel: ree_acos, reference: { acos($0) }),
      Function(name: "atan", kernel: ree_atan, reference: { atan($0) }),
      Function(name: "sinh", kernel: ree_sinh, reference: { sinh($0) }),
      Function(name: "cosh", kernel: ree_cosh, reference: { cosh($0) }),
      Function(name: "tanh", kernel: ree_tanh, reference: { tanh($0) }),
      Function(name: "asinh", kernel: ree_asinh, reference: { asinh($0) }),
      Function(name: "acosh", kernel: ree_acosh, reference: { acosh($0) }),
      Function(name: "atanh", kernel: ree_atanh, reference: { atanh($0) }),
      Function(name: "erf", kernel: ree_erf, reference: { erf($0) }),
    ]

    @Test(arguments: functions)
    func `functions are correctly rounded on every instruction set`(function: Function) throws {
      var generator = Generator()
      let x =
        specials + generator.patterns(1_000) + generator.units(500)
        + generator.units(500).map { $0 * 20 }
      let expected = x.map { Reference.canonical(Float(function.reference(Double($0)))) }

      for name in instructionSets {
        let got = try on(name) { map(function.kernel, x) }
        for i in x.indices where got[i].bitPattern != expected[i].bitPattern {
          Issue.record("\(function.name)(\(x[i])) on \(name): \(got[i]), not \(expected[i])")
        }
      }
    }

    /// Where a plain binary64 value rounds to the wrong side, or nearly; exact values from MPFR.
    @Test(arguments: instructionSets)
    func `the hardest inputs are rounded right`(name: String) throws {
      let cases: [(Kernel, UInt32, UInt32)] = [
        (ree_log, 0x3C41_3D3A, 0xC08E_158F), (ree_log, 0x4117_8FEB, 0x400F_E5E7),
        (ree_log, 0x4C5D_65A5, 0x418F_034B), (ree_log, 0x65D8_90D3, 0x4254_D1F9),
        (ree_log, 0x6F31_A8EC, 0x4284_5A89), (ree_sin, 0x4619_9998, 0xBEB1_FA5D),
        (ree_sin, 0xC619_9998, 0x3EB1_FA5D), (ree_cos, 0x5F18_B878, 0x3F7F_14BB),
        (ree_cos, 0xE115_CB11, 0x3F78_142F), (ree_log1p, 0x3540_0003, 0x353F_FFFF),
        (ree_log1p, 0xBB0E_C8C4, 0xBB0E_F0A5), (ree_exp2, 0x3B42_9D37, 0x3F80_4385),
        (ree_exp2, 0xBCF3_A937, 0x3F7A_C6B1), (ree_log10, 0x0EFE_EE7A, 0xC1E9_9D23),
        (ree_acosh, 0x6558_90D3, 0x4254_D1F9), (ree_acosh, 0x6EB1_A8EC, 0x4284_5A89),
        (ree_acos, 0x3288_85A3, 0x3FC9_0FDB), (ree_acos, 0x3982_6222, 0x3FC9_07B5),
        (ree_atan, 0xBD8D_6B23, 0xBD8D_31C3), (ree_asinh, 0x4BDD_65A5, 0x418F_034B),
        (ree_sinh, 0x3A12_85FF, 0x3A12_85FF), (ree_sinh, 0xBA12_85FF, 0xBA12_85FF),
      ]

      for (kernel, input, output) in cases {
        let got = try on(name) { map(kernel, [Float(bitPattern: input)]) }
        #expect(got[0].bitPattern == output)
      }
    }

    @Test(arguments: instructionSets)
    func `compositions round every step`(name: String) throws {
      var generator = Generator()
      let x = specials + generator.units(300).map { $0 * 10 }

      let sigmoid = try on(name) { map(ree_sigmoid, x) }
      let gelu = try on(name) { map(ree_gelu, x) }

      let exponentials = map(ree_exp, x.map { -$0 })
      #expect(sigmoid.patterns == exponentials.map { Reference.canonical(1 / (1 + $0)) }.patterns)
      let errors = map(ree_erf, x.map { $0 * 0.707106769 })
      let expected = zip(x, errors).map { Reference.canonical(($0 * 0.5) * (1 + $1)) }
      #expect(gelu.patterns == expected.patterns)
    }

    @Test(arguments: instructionSets)
    func `powers follow C at the edges`(name: String) throws {
      let bases: [Float] = [0, -0.0, 1, -1, 2, -8, 0.3, .infinity, -.infinity, .nan, 0x1p-149]
      let exponents: [Float] = [0, 1, -2, 5, -3, 1.5, .infinity, -.infinity, .nan, 33.25, 1e10]
      for base in bases {
        let got = try on(name) {
          var z = [Float](repeating: 0, count: exponents.count)
          ree_pow(
            [Float](repeating: base, count: exponents.count), exponents, 1, &z, exponents.count)
          return z
        }
        let expected = exponents.map { Reference.canonical(Float(pow(Double(base), Double($0)))) }
        #expect(got.patterns == expected.patterns, "base \(base)")
      }
    }
  }
}
