internal import CKernels

/// Which code computes. The bits are the same; only the time differs.
public enum Implementation: Sendable {
  /// The operators' definitions, written to be read.
  case reference
  /// Kernels for the machine's instruction set, where there is one.
  case kernels
}

/// The operators that have a fast form beside their definition.
///
/// A form answers `nil` for what it does not cover. This is the one place where a form takes the
/// place of a definition; tests compare the two bit by bit.
enum FastForms {
  typealias Form = @Sendable (Call) throws -> [Value?]?

  static func find(_ operation: Operator) -> Form? {
    operation.domain.isEmpty ? table[operation.name] : nil
  }

  /// The instruction set of the process, chosen once: the one that `REE_ISA` names, or the best. A
  /// name that means nothing here leaves the portable one, which is slow and has the same bits.
  static let instructionSet: String = {
    _ = ree_select(nil)
    return unsafe String(cString: ree_isa())
  }()

  private static let table: [String: Form] =
    unary.merging(binary) { first, _ in first }
    .merging([
      "MatMul": { try $0.fastMatMul() }, "Gemm": { try $0.fastGemm() },
      "Attention": { call in
        guard !call.wants(3) else { return nil }
        return try call.attention { attention, type in
          type == .float32 ? try attention.onKernels() : nil
        }
      },
      "Conv": { try $0.fastConvolution() }, "Softmax": { try $0.fastSoftmax(.softmax) },
      "LogSoftmax": { try $0.fastSoftmax(.logSoftmax) },
      "LayerNormalization": { try $0.fastLayerNormalization() },
      "ReduceSum": { try $0.fastSum(isMean: false, axesAreInputFrom: 13) },
      "ReduceMean": { try $0.fastSum(isMean: true, axesAreInputFrom: 18) },
    ]) { first, _ in first }
}

// MARK: - Element by element

typealias UnaryKernel =
  @Sendable (UnsafePointer<Float>?, UnsafeMutablePointer<Float>?, Int) -> Void
typealias BinaryKernel =
  @Sendable (
    UnsafePointer<Float>?, Int, UnsafePointer<Float>?, Int, UnsafeMutablePointer<Float>?, Int
  ) -> Void

extension FastForms {
  private static func map(_ kernel: @escaping UnaryKernel) -> Form {
    { call in try unsafe call.fastMap(kernel) }
  }

  fileprivate static let unary: [String: Form] = unsafe [
    "Exp": map(ree_exp), "Log": map(ree_log), "Tanh": map(ree_tanh), "Erf": map(ree_erf),
    "Sin": map(ree_sin), "Cos": map(ree_cos), "Tan": map(ree_tan), "Asin": map(ree_asin),
    "Acos": map(ree_acos), "Atan": map(ree_atan), "Sinh": map(ree_sinh), "Cosh": map(ree_cosh),
    "Asinh": map(ree_asinh), "Acosh": map(ree_acosh), "Atanh": map(ree_atanh),
    "Sigmoid": map(ree_sigmoid), "Softplus": map(ree_softplus), "Sqrt": map(ree_sqrt),
    "Reciprocal": map(ree_reciprocal), "Floor": map(ree_floor), "Ceil": map(ree_ceil),
    "Round": map(ree_round), "Neg": map(ree_neg), "Abs": map(ree_abs), "Relu": map(ree_relu),
    "Gelu": { call in
      switch try call.string("approximate", default: "none") {
      case "none": try unsafe call.fastMap(ree_gelu)
      case "tanh": try unsafe call.fastMap(ree_gelu_tanh)
      default: nil
      }
    },
    "Swish": { call in
      try call.float("alpha", default: 1) == 1 ? try unsafe call.fastMap(ree_silu) : nil
    },
    "LeakyRelu": { call in
      let slope = try call.float("alpha", default: 0.01)
      return try unsafe call.fastMap { unsafe ree_leaky_relu($0, slope, $1, $2) }
    },
    "HardSigmoid": { call in
      let (alpha, beta) = (
        try call.float("alpha", default: 0.2), try call.float("beta", default: 0.5)
      )
      return try unsafe call.fastMap { unsafe ree_hard_sigmoid($0, alpha, beta, $1, $2) }
    },
  ]

  private static func zip(_ kernel: @escaping BinaryKernel) -> Form {
    { call in try unsafe call.fastZip(kernel) }
  }

  fileprivate static let binary: [String: Form] = unsafe [
    "Add": zip(ree_add), "Sub": zip(ree_sub), "Mul": zip(ree_mul), "Div": zip(ree_div),
    "Max": zip(ree_max), "Min": zip(ree_min),
  ]
}

extension Call {
  fileprivate func fastMap(_ kernel: UnaryKernel) throws -> [Value?]? {
    guard let x = try optionalTensor(0), x.elementType == .float32 else { return nil }
    let result = try make(Float.self, x.shape)
    unsafe x.elements(Float.self).withPointer { source in
      unsafe result.withPointer { target in unsafe kernel(source, target, x.count) }
    }
    return [.tensor(result.tensor)]
  }

  fileprivate func fastZip(_ kernel: BinaryKernel) throws -> [Value?]? {
    guard inputs.count == 2, let a = try optionalTensor(0), let b = try optionalTensor(1),
      a.elementType == .float32, b.elementType == .float32
    else { return nil }
    let shape = try Broadcast.shape([a.shape, b.shape])
    let result = try make(Float.self, shape)
    guard result.count > 0 else { return [.tensor(result.tensor)] }
    let strides = [
      try Broadcast.strides(a.shape, in: shape), try Broadcast.strides(b.shape, in: shape),
    ]
    // The longest run at the end in which each operand goes on element by element, or stays.
    var axis = shape.count
    var run = 1
    var steps = [1, 1]
    while axis > 0 {
      let next = strides.map { $0[axis - 1] }
      let size = shape[axis - 1]
      if size != 1 {
        let fits = next.indices.allSatisfy { operand in
          run == 1
            ? next[operand] <= 1 : next[operand] == (steps[operand] == 0 ? 0 : run)
        }
        guard fits else { break }
        if run == 1 { steps = next }
      }
      run *= size
      axis -= 1
    }
    if run == 1 { steps = [0, 0] }
    var walk = Walk(Array(shape[..<axis]), strides.map { Array($0[..<axis]) })
    unsafe a.elements(Float.self).withPointer { x in
      unsafe b.elements(Float.self).withPointer { y in
        unsafe result.withPointer { z in
          for row in 0..<walk.count {
            unsafe kernel(
              x + walk.positions[0], steps[0], y + walk.positions[1], steps[1], z + row * run, run)
            walk.advance()
          }
        }
      }
    }
    return [.tensor(result.tensor)]
  }
}
