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
      "Transpose": { try $0.fastTranspose() }, "Where": { try $0.fastWhere() },
      "IsNaN": { try $0.fastIsNaN() }, "Cast": { try $0.fastCast() },
      "MatMulInteger": { try $0.fastMatMulInteger() },
      "DynamicQuantizeLinear": { try $0.fastDynamicQuantization() },
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
  /// Functions of one number without attributes.
  private static let functions: [String: UnaryKernel] = unsafe [
    "Exp": ree_exp, "Log": ree_log, "Tanh": ree_tanh, "Erf": ree_erf, "Sin": ree_sin,
    "Cos": ree_cos, "Tan": ree_tan, "Asin": ree_asin, "Acos": ree_acos, "Atan": ree_atan,
    "Sinh": ree_sinh, "Cosh": ree_cosh, "Asinh": ree_asinh, "Acosh": ree_acosh, "Atanh": ree_atanh,
    "Sigmoid": ree_sigmoid, "Softplus": ree_softplus, "Sqrt": ree_sqrt,
    "Reciprocal": ree_reciprocal, "Floor": ree_floor, "Ceil": ree_ceil, "Round": ree_round,
    "Neg": ree_neg, "Abs": ree_abs, "Relu": ree_relu,
  ]

  /// Functions of one number whose kernel depends on attributes.
  private static let parametric: [String: @Sendable (Call) throws -> UnaryKernel?] = unsafe [
    "Gelu": { call in
      switch try call.string("approximate", default: "none") {
      case "none": unsafe ree_gelu
      case "tanh": unsafe ree_gelu_tanh
      default: nil
      }
    },
    "Swish": { try $0.float("alpha", default: 1) == 1 ? unsafe ree_silu : nil },
    "LeakyRelu": { call in
      let slope = try call.float("alpha", default: 0.01)
      return { unsafe ree_leaky_relu($0, slope, $1, $2) }
    },
    "HardSigmoid": { call in
      let (alpha, beta) = (
        try call.float("alpha", default: 0.2), try call.float("beta", default: 0.5)
      )
      return { unsafe ree_hard_sigmoid($0, alpha, beta, $1, $2) }
    },
  ]

  /// The kernel of a function of one number, for a node of the standard's own domain.
  static func unaryKernel(_ call: Call) throws -> UnaryKernel? {
    let name = call.node.operation.name
    return unsafe try functions[name] ?? parametric[name]?(call)
  }

  /// The kernels of functions of two numbers.
  static let binaryKernels: [String: BinaryKernel] = unsafe [
    "Add": ree_add, "Sub": ree_sub, "Mul": ree_mul, "Div": ree_div, "Max": ree_max, "Min": ree_min,
  ]

  private static let map: Form = { call in
    guard let kernel = unsafe try unaryKernel(call) else { return nil }
    return try unsafe call.fastMap(kernel)
  }

  private static let zip: Form = { call in
    guard let kernel = unsafe binaryKernels[call.node.operation.name] else { return nil }
    return try unsafe call.fastZip(kernel)
  }

  fileprivate static let unary: [String: Form] = unsafe Dictionary(
    uniqueKeysWithValues: (Array(functions.keys) + Array(parametric.keys)).map { ($0, map) })

  fileprivate static let binary: [String: Form] = unsafe binaryKernels.mapValues { _ in zip }
}

extension Call {
  fileprivate func fastMap(_ kernel: UnaryKernel) throws -> [Value?]? {
    guard let x = try optionalTensor(0), x.elementType == .float32 else { return nil }
    let result = try makeUnwritten(Float.self, x.shape)
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
    let result = try makeUnwritten(Float.self, shape)
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
