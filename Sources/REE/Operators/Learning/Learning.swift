/// Operators of the domain ai.onnx.ml.
extension OperatorCatalogue {
  private static let domain = "ai.onnx.ml"

  static let learning: [Operator] = [
    Operator("ArrayFeatureExtractor", domain: domain, .exact) { call in
      let x = try call.tensor(0)
      guard let width = x.shape.last else {
        throw OperatorError.rank(input: 0, found: 0, accepted: 1...Tensor.rankMax)
      }
      let indices = try call.ints(1).map { try $0.position(in: width) }
      let rows = x.shape.dropLast().reduce(1, *)
      let outer = x.rank == 1 ? [1] : Array(x.shape.dropLast())
      var result = try call.mover(x.elementType, outer + [indices.count])
      for row in 0..<rows {
        for (place, index) in indices.enumerated() {
          result.copy(x, from: row * width + index, to: row * indices.count + place)
        }
      }
      return result.tensor
    },
    Operator("Binarizer", domain: domain) { call in
      let x = try call.tensor(0)
      let threshold = try call.scalar(
        Double(try call.float("threshold", default: 0)), x.elementType)
      return try call.cast(try call.compare(threshold, x, IsLess()), to: x.elementType)
    },
    Operator("LabelEncoder", domain: domain, opsets: 2...5, .exact) { try $0.encodeLabels() },
    Operator("TreeEnsemble", domain: domain, opsets: 5...5) { try $0.treeEnsemble() },
  ]
}

extension Call {
  private func list(_ prefix: String) throws -> Tensor? {
    if let values = try floats("\(prefix)_floats") { return try make([values.count], values) }
    if let values = try ints("\(prefix)_int64s") {
      return try make([values.count], values.map { Int64($0) })
    }
    if let values = try strings("\(prefix)_strings") {
      return try Tensor([values.count], text: values)
    }
    return try tensor("\(prefix)_tensor")
  }

  fileprivate func encodeLabels() throws -> Tensor {
    let x = try tensor(0)
    guard let keys = try list("keys"), let values = try list("values") else {
      throw OperatorError.missingAttribute("keys")
    }
    guard keys.elementType == x.elementType, keys.count == values.count else {
      throw OperatorError.typesDiffer(keys.elementType, x.elementType)
    }
    let fallback: Tensor
    switch values.elementType {
    case .string:
      fallback = try Tensor([], text: [try string("default_string", default: "_Unused")])
    case .float32 where node.attributes["default_tensor"] == nil:
      fallback = try make([], [try float("default_float", default: -0.0)])
    case .int64 where node.attributes["default_tensor"] == nil:
      fallback = try make([], [Int64(try int("default_int64", default: -1))])
    default:
      guard let given = try tensor("default_tensor"), given.count == 1,
        given.elementType == values.elementType
      else { throw OperatorError.missingAttribute("default_tensor") }
      fallback = given
    }
    // Numbers by their bits, with one NaN and one zero.
    func labels(_ tensor: Tensor) throws -> [String] {
      if tensor.elementType == .string { return tensor.text }
      if let numbers = tensor.integers() { return numbers.map { String($0) } }
      guard let numbers = tensor.doubles() else {
        throw OperatorError.wrongType(input: 0, tensor.elementType)
      }
      return numbers.map { $0.isNaN ? "nan" : String(($0 + 0).bitPattern) }
    }
    var places: [String: Int] = [:]
    for (index, key) in try labels(keys).enumerated() { places[key] = index }
    var result = try mover(values.elementType, x.shape)
    for (index, label) in try labels(x).enumerated() {
      if let place = places[label] {
        result.copy(values, from: place, to: index)
      } else {
        result.copy(fallback, from: 0, to: index)
      }
    }
    return result.tensor
  }

  fileprivate func treeEnsemble() throws -> Tensor {
    let x = try tensor(0)
    guard x.rank == 2, let rows = x.doubles() else {
      throw OperatorError.rank(input: 0, found: x.rank, accepted: 2...2)
    }
    let ensemble = try TreeEnsemble(self)
    let targets = try int("n_targets", default: 1)
    guard targets > 0, ensemble.targets.allSatisfy({ $0 >= 0 && $0 < targets }) else {
      throw OperatorError.attributeValue("n_targets")
    }
    let aggregate = try int("aggregate_function", default: 1)
    guard try int("post_transform", default: 0) == 0, (0...3).contains(aggregate) else {
      throw OperatorError.unsupported("a transform of the sums")
    }
    _ = try make(Double.self, [x.shape[0], targets])
    var results: [Double] = []
    for row in 0..<x.shape[0] {
      let features = Array(rows[(row * x.shape[1])..<((row + 1) * x.shape[1])])
      var sums = [Double?](repeating: nil, count: targets)
      for root in ensemble.roots {
        let leaf = try ensemble.leaf(from: root, features)
        let (weight, target) = (ensemble.weights[leaf], ensemble.targets[leaf])
        sums[target] =
          sums[target].map { old in
            switch aggregate {
            case 2: min(old, weight)
            case 3: max(old, weight)
            default: old + weight
            }
          } ?? weight
      }
      results += sums.map { ($0 ?? 0) / (aggregate == 0 ? Double(ensemble.roots.count) : 1) }
    }
    guard
      let result = try Tensor.make(
        [x.shape[0], targets], doubles: results, x.elementType, .init(budget: budget))
    else { throw OperatorError.wrongType(input: 0, x.elementType) }
    return result
  }
}

/// Decision trees as lists of nodes and of leaves.
private struct TreeEnsemble {
  let roots: [Int]
  let weights: [Double]
  let targets: [Int]
  private let features: [Int]
  private let modes: [Int]
  private let splits: [Double]
  private let whenTrue: [(id: Int, isLeaf: Bool)]
  private let whenFalse: [(id: Int, isLeaf: Bool)]
  private let missingIsTrue: [Bool]
  private let members: [[Double]]

  init(_ call: Call) throws {
    func ints(_ name: String) throws -> [Int] {
      guard let values = try call.ints(name) else { throw OperatorError.missingAttribute(name) }
      return values
    }
    func numbers(_ name: String) throws -> [Double] {
      guard let values = try call.tensor(name)?.doubles() else {
        throw OperatorError.missingAttribute(name)
      }
      return values
    }
    roots = try ints("tree_roots")
    targets = try ints("leaf_targetids")
    weights = try numbers("leaf_weights")
    features = try ints("nodes_featureids")
    modes = try numbers("nodes_modes").map { Int($0) }
    splits = try numbers("nodes_splits")
    whenTrue = Array(
      zip(try ints("nodes_truenodeids"), try ints("nodes_trueleafs").map { $0 != 0 }))
    whenFalse = Array(
      zip(try ints("nodes_falsenodeids"), try ints("nodes_falseleafs").map { $0 != 0 }))
    let count = features.count
    missingIsTrue =
      try call.ints("nodes_missing_value_tracks_true")?.map { $0 != 0 }
      ?? [Bool](repeating: false, count: count)
    guard modes.count == count, splits.count == count, whenTrue.count == count,
      whenFalse.count == count, missingIsTrue.count == count, weights.count == targets.count
    else { throw OperatorError.attributeValue("nodes_featureids") }
    // The sets of the nodes that ask for membership, each ended by a NaN.
    var sets = try call.tensor("membership_values")?.doubles()?[...] ?? []
    members = modes.map { mode in
      guard mode == 6 else { return [] }
      let set = sets.prefix { !$0.isNaN }
      sets = sets[set.endIndex...].dropFirst()
      return Array(set)
    }
  }

  func leaf(from root: Int, _ values: [Double]) throws -> Int {
    var id = root
    for _ in 0...features.count {
      guard features.indices.contains(id), values.indices.contains(features[id]) else {
        throw OperatorError.index(id, size: features.count)
      }
      let value = values[features[id]]
      let holds =
        switch modes[id] {
        case 0: value <= splits[id]
        case 1: value < splits[id]
        case 2: value >= splits[id]
        case 3: value > splits[id]
        case 4: value == splits[id]
        case 5: value != splits[id]
        case 6: members[id].contains(value)
        default: throw OperatorError.attributeValue("nodes_modes")
        }
      let next = holds || value.isNaN && missingIsTrue[id] ? whenTrue[id] : whenFalse[id]
      guard !next.isLeaf else {
        guard weights.indices.contains(next.id) else {
          throw OperatorError.index(next.id, size: weights.count)
        }
        return next.id
      }
      id = next.id
    }
    // Longer than there are nodes: they lead back to one another.
    throw OperatorError.attributeValue("nodes_truenodeids")
  }
}
