/// How many inputs and outputs each version of each operator has, and which attributes.
enum OperatorSchemas {
  struct Schema: Sendable {
    let version: Int
    /// `nil`: the operator was withdrawn in this version.
    let signature: Signature?
  }

  struct Signature: Sendable {
    let inputs: ClosedRange<Int>
    let outputs: ClosedRange<Int>
    /// Names, with the kind of each.
    let attributes: [String: String]
    let required: [String]
  }

  private static let all: [OperatorCatalogue.Key: [Schema]] = {
    var schemas: [OperatorCatalogue.Key: [Schema]] = [:]
    for line in table.split(separator: "\n") {
      let fields = line.split(separator: " ").map(String.init)
      guard fields.count >= 3, let version = Int(fields[2]) else { continue }
      let key = OperatorCatalogue.Key(domain: fields[0] == "-" ? "" : fields[0], name: fields[1])
      schemas[key, default: []].append(
        Schema(version: version, signature: Signature(fields.dropFirst(3))))
    }
    return schemas
  }()

  /// The newest version that is not newer than the model's.
  static func find(_ operation: Operation) -> Schema? {
    all[OperatorCatalogue.Key(domain: operation.domain, name: operation.name)]?.last {
      $0.version <= operation.opset
    }
  }

  static func isKnown(_ operation: Operation) -> Bool {
    all[OperatorCatalogue.Key(domain: operation.domain, name: operation.name)] != nil
  }
}

extension OperatorSchemas.Signature {
  fileprivate init?(_ fields: ArraySlice<String>) {
    let counts = fields.prefix(4).compactMap { $0 == "*" ? Int.max : Int($0) }
    guard counts.count == 4, counts[0] <= counts[1], counts[2] <= counts[3] else { return nil }
    inputs = counts[0]...counts[1]
    outputs = counts[2]...counts[3]
    let pairs = fields.dropFirst(4).map { $0.split(separator: ":").map(String.init) }
    attributes = Dictionary(
      pairs.map { ($0[0], $0[1].filter { $0 != "!" }) }, uniquingKeysWith: { first, _ in first })
    required = pairs.filter { $0[1].hasSuffix("!") }.map { $0[0] }
  }

  /// Compares a node with what the operator takes.
  func check(_ node: Node) throws(ModelError) {
    let place = ModelError.Place.node(name: node.name, operator: node.operation.name)
    guard inputs.contains(node.inputs.count) else {
      throw .operatorInputs(found: node.inputs.count, accepted: inputs, place)
    }
    guard node.outputs.count <= outputs.upperBound else {
      throw .operatorOutputs(found: node.outputs.count, accepted: outputs, place)
    }
    for (name, attribute) in node.attributes.sorted(by: { $0.key < $1.key }) {
      guard let kind = attributes[name] else { throw .unknownAttribute(name, place) }
      guard kind == attribute.kind else {
        throw .attributeType(name, expected: kind, found: attribute.kind, place)
      }
    }
    for name in required where node.attributes[name] == nil {
      throw .missingAttribute(name, place)
    }
  }
}
