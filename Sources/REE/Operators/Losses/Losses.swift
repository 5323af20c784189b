/// The negative logarithm of the probability of each target, weighted, and what becomes of them.
private struct Likelihood: RealVisitor {
  let logarithms: Tensor
  let targets: [Int]
  let targetShape: [Int]
  let weights: Tensor?
  let ignored: Int?
  let reduction: String
  let call: Call

  func visit<T: Real>(_ type: T.Type) throws -> Tensor {
    let classes = logarithms.shape[1]
    let plane = logarithms.shape[2...].reduce(1, *)
    let values = logarithms.elements(T.self)
    let factors = weights?.elements(T.self)
    var losses: [T] = []
    var used: [T] = []
    for (index, target) in targets.enumerated() {
      guard target != ignored else {
        losses.append(0)
        used.append(0)
        continue
      }
      let position = try target.position(in: classes)
      let weight = factors.map { $0[position] } ?? 1
      let value = values[(index / plane * classes + position) * plane + index % plane]
      losses.append(-value * weight)
      used.append(weight)
    }
    switch reduction {
    case "none": return try call.make(targetShape, losses)
    case "sum": return try call.make([], [LaneSum.sum(losses)])
    case "mean": return try call.make([], [LaneSum.sum(losses) / LaneSum.sum(used)])
    default: throw OperatorError.attributeValue("reduction")
    }
  }
}

extension Call {
  fileprivate func likelihood(_ logarithms: Tensor) throws -> Tensor {
    let targets = try tensor(1)
    guard logarithms.rank >= 2,
      targets.shape == [logarithms.shape[0]] + logarithms.shape[2...]
    else { throw OperatorError.shapesDiffer(logarithms.shape, targets.shape) }
    let weights = try optionalTensor(2)
    if let weights, weights.shape != [logarithms.shape[1]] {
      throw OperatorError.shape(input: 2, weights.shape)
    }
    let visitor = Likelihood(
      logarithms: logarithms, targets: try ints(1), targetShape: targets.shape, weights: weights,
      ignored: try int("ignore_index"), reduction: try string("reduction", default: "mean"),
      call: self)
    guard let result = try logarithms.elementType.visit(visitor) else {
      throw OperatorError.wrongType(input: 0, logarithms.elementType)
    }
    return result
  }
}

extension OperatorCatalogue {
  static let losses: [Operator] = [
    Operator("NegativeLogLikelihoodLoss", opsets: 12...28) { try $0.likelihood(try $0.tensor(0)) },
    Operator(
      "SoftmaxCrossEntropyLoss", opsets: 12...28,
      values: { call in
        let x = try call.tensor(0)
        guard x.rank >= 2 else {
          throw OperatorError.rank(input: 0, found: x.rank, accepted: 2...32)
        }
        let logarithms = try call.rows(x, [1], .logSoftmax)
        return [.tensor(try call.likelihood(logarithms)), .tensor(logarithms)]
      }),
  ]
}
