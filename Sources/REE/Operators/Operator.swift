/// One operator: what it is called, for which versions it is written, and what it computes.
///
/// The body is the definition of the operator's bits. A faster form must give the same.
struct Operator: Sendable {
  typealias Body = @Sendable (Call) throws -> [Value?]

  /// How floating point is treated around the body.
  enum Arithmetic {
    /// float16 and bfloat16 are widened to float32 before and rounded once after; every NaN becomes
    /// the canonical one.
    case rounded
    /// The body sees elements as they are and only moves them, or rounds by itself.
    case exact
  }

  let domain: String
  let name: String
  let opsets: ClosedRange<Int>
  let arithmetic: Arithmetic
  /// The version of the semantics: it changes whenever a bit of any result does.
  let semantics: String
  let body: Body

  init(
    _ name: String, domain: String = "", opsets: ClosedRange<Int> = 1...28,
    _ arithmetic: Arithmetic = .rounded, semantics: String = "1.0.0",
    values body: @escaping Body
  ) {
    self.domain = domain
    self.name = name
    self.opsets = opsets
    self.arithmetic = arithmetic
    self.semantics = semantics
    self.body = body
  }

  /// An operator with one output, a tensor.
  init(
    _ name: String, domain: String = "", opsets: ClosedRange<Int> = 1...28,
    _ arithmetic: Arithmetic = .rounded, semantics: String = "1.0.0",
    _ body: @escaping @Sendable (Call) throws -> Tensor
  ) {
    self.init(name, domain: domain, opsets: opsets, arithmetic, semantics: semantics) { call in
      [.tensor(try body(call))]
    }
  }

  var qualifiedName: String { domain.isEmpty ? name : "\(domain).\(name)" }
}

extension Operator {
  /// Applies the operator, with what ``Arithmetic`` says around it.
  func apply(_ call: Call) throws -> [Value?] {
    let fast = call.implementation == .kernels ? FastForms.find(self) : nil
    guard arithmetic == .rounded else { return try fast?(call) ?? body(call) }
    if !call.inputs.contains(where: { $0?.tensor?.elementType.isHalf ?? false }) {
      // What kernels store is canonical.
      if let outputs = try fast?(call) { return outputs }
      return try body(call).map { output in
        if case .tensor(let tensor) = output { .tensor(tensor.withCanonicalNaNs()) } else { output }
      }
    }
    var call = call
    var narrow: ElementType?
    for (index, input) in call.inputs.enumerated() {
      guard case .tensor(let tensor) = input, tensor.elementType.isHalf else { continue }
      narrow = narrow ?? tensor.elementType
      guard let wide = try tensor.cast(to: .float32, .init(budget: call.budget)) else { continue }
      call.inputs[index] = .tensor(wide)
    }
    call.storedType = narrow
    return try (fast?(call) ?? body(call)).map { output in
      guard case .tensor(let tensor) = output else { return output }
      let canonical = tensor.withCanonicalNaNs()
      guard let narrow, canonical.elementType == .float32,
        let rounded = try canonical.cast(to: narrow, .init(budget: call.budget))
      else { return .tensor(canonical) }
      return .tensor(rounded)
    }
  }
}
