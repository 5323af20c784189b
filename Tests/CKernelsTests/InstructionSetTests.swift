internal import CKernels
internal import Testing

extension Kernels {
  @Suite
  struct InstructionSetTests {
    @Test
    func `the portable path is in every build`() {
      #expect(instructionSets.contains("soft"))
    }

    @Test
    func `a name that nobody knows is refused and changes nothing`() {
      #expect(ree_select("soft") == REE_OK)

      #expect(ree_select("quantum") == REE_UNKNOWN_ISA)

      #expect(String(cString: ree_isa()) == "soft")
      #expect(!ree_isa_available("quantum"))
      #expect(ree_isa_name(ree_isa_count()) == nil)
    }

    @Test(arguments: instructionSets)
    func `nothing is contracted that is written apart`(name: String) throws {
      // With fused operations each of these gives a different last bit.
      var generator = Generator()
      let x = generator.units(64)
      let alpha: Float = 0.100000024

      let got = try on(name) { map({ ree_hard_sigmoid($0, alpha, 0.33333334, $1, $2) }, x) }

      let apart = x.map { value -> Float in
        let scaled = alpha * value
        return max(0, min(1, scaled + 0.33333334))
      }
      let fused = x.map { Float(0.33333334).addingProduct(alpha, $0) }
      #expect(got == apart)
      #expect(apart != fused)
    }
  }
}
