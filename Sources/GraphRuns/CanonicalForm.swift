internal import Primitives
internal import REE
internal import Receipts

/// Deterministic CBOR of what a graph is made of. Names of nodes are left out: they change nothing.
/// Values are their numbers plus one, 0 for what is left out; floating point is its bits.
struct CanonicalForm {
  private(set) var writer = CBORWriter()

  var bytes: [UInt8] { writer.bytes }

  mutating func write(_ node: Node) {
    writer.beginArray(7)
    writer.write(node.operation.domain)
    writer.write(node.operation.name)
    writer.write(UInt64(clamping: node.operation.opset))
    write(node.inputs)
    write(node.outputs)
    write(node.captures)
    let attributes = node.attributes.sorted {
      Array($0.key.utf8).lexicographicallyPrecedes(Array($1.key.utf8))
    }
    writer.beginArray(attributes.count)
    for (name, attribute) in attributes {
      writer.beginArray(3)
      writer.write(name)
      write(attribute)
    }
  }

  /// The graph inside a node.
  mutating func write(_ graph: Graph) {
    writer.beginArray(3)
    write(graph.inputs)
    write(graph.outputs)
    writer.beginArray(graph.nodes.count)
    for node in graph.nodes { write(node) }
  }

  /// What stands around the nodes of a model: its inputs and outputs with their names and types.
  mutating func writeHeader(_ model: Model) {
    writer.beginArray(2)
    for list in [model.graph.inputs, model.graph.outputs] {
      writer.beginArray(list.count)
      for value in list {
        writer.beginArray(3)
        write([value])
        writer.write(model.name(of: value))
        write(model.type(of: value))
      }
    }
  }

  private mutating func write(_ values: [ValueID?]) {
    writer.beginArray(values.count)
    for value in values { writer.write(value.map { UInt64(clamping: $0.index) + 1 } ?? 0) }
  }

  // The kind of an attribute is its number in ONNX's AttributeProto.
  private mutating func write(_ attribute: Attribute) {
    switch attribute {
    case .float(let value): list(1, [value]) { $0.writer.write(UInt64($1.bitPattern)) }
    case .int(let value): list(2, [value]) { $0.writer.write(UInt64(bitPattern: $1)) }
    case .string(let value): list(3, [value]) { $0.writer.write($1) }
    case .tensor(let value): list(4, [value]) { $0.write($1) }
    case .graph(let value): list(5, [value]) { $0.write($1) }
    case .floats(let values): list(6, values) { $0.writer.write(UInt64($1.bitPattern)) }
    case .ints(let values): list(7, values) { $0.writer.write(UInt64(bitPattern: $1)) }
    case .strings(let values): list(8, values) { $0.writer.write($1) }
    case .tensors(let values): list(9, values) { $0.write($1) }
    case .graphs(let values): list(10, values) { $0.write($1) }
    case .type(let value): list(13, [value]) { $0.write($1) }
    }
  }

  private mutating func list<Item>(
    _ kind: UInt64, _ items: [Item], _ write: (inout Self, Item) -> Void
  ) {
    writer.write(kind)
    writer.beginArray(items.count)
    for item in items { write(&self, item) }
  }

  private mutating func write(_ tensor: Tensor) {
    writer.write(TensorCommitment(tensor).digest.array)
  }

  private mutating func write(_ type: ValueType) {
    switch type {
    case .unknown: writer.beginArray(0)
    case .tensor(let element, let shape):
      writer.beginArray(shape == nil ? 1 : 2)
      writer.write(UInt64(clamping: element?.rawValue ?? 0))
      guard let shape else { return }
      writer.beginArray(shape.count)
      for dimension in shape {
        switch dimension {
        case .fixed(let size): writer.write(UInt64(clamping: size))
        case .variable(let name): writer.write(name)
        case .unknown: writer.write("")
        }
      }
    case .sequence(let element), .optional(let element):
      writer.beginArray(3)
      if case .optional = type { writer.write("optional") } else { writer.write("sequence") }
      writer.write(0)
      write(element)
    }
  }
}
