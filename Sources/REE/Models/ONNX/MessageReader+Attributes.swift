internal import CProtobufC
internal import CWire

extension MessageReader {
  func attribute(
    _ message: Ree__Onnx__Attribute, _ place: ModelError.Place
  ) throws(ModelError) -> AttributeMessage {
    let name = try unsafe text(message.name, place)
    let reference = try unsafe text(message.ref_attr_name, place)
    guard reference.isEmpty else { return AttributeMessage(name: name, reference: reference) }
    return AttributeMessage(name: name, content: try unsafe content(message, place))
  }

  // Old files do not say which of the fields counts.
  private func kind(_ message: Ree__Onnx__Attribute) -> Int32 {
    if unsafe message.type != 0 { return unsafe message.type }
    if unsafe message.has_f != 0 { return 1 }
    if unsafe message.has_i != 0 { return 2 }
    if unsafe message.has_s != 0 { return 3 }
    if unsafe message.t != nil { return 4 }
    if unsafe message.g != nil { return 5 }
    if unsafe message.n_floats > 0 { return 6 }
    if unsafe message.n_ints > 0 { return 7 }
    if unsafe message.n_strings > 0 { return 8 }
    if unsafe message.n_tensors > 0 { return 9 }
    if unsafe message.n_graphs > 0 { return 10 }
    return 0
  }

  private func content(
    _ message: Ree__Onnx__Attribute, _ place: ModelError.Place
  ) throws(ModelError) -> AttributeMessage.Content {
    switch unsafe kind(message) {
    case 1: return .value(.float(unsafe message.f))
    case 2: return .value(.int(unsafe message.i))
    case 3: return .value(.string(try unsafe text(message.s, place)))
    case 4:
      guard let tensor = unsafe message.t else { throw .missing(.attributeValue, place) }
      return .value(.tensor(try unsafe self.tensor(tensor.pointee)))
    case 5:
      guard let graph = unsafe message.g else { throw .missing(.attributeValue, place) }
      return .graph(try unsafe self.graph(graph.pointee))
    case 6:
      return .value(
        .floats(unsafe Array(UnsafeBufferPointer(start: message.floats, count: message.n_floats))))
    case 7:
      return .value(
        .ints(unsafe Array(UnsafeBufferPointer(start: message.ints, count: message.n_ints))))
    case 8: return .value(.strings(try unsafe texts(message.strings, message.n_strings, place)))
    case 9: return .value(.tensors(try unsafe list(message.tensors, message.n_tensors, tensor)))
    case 10: return .graphs(try unsafe list(message.graphs, message.n_graphs, graph))
    case 11:
      guard let sparse = unsafe message.sparse_tensor else {
        throw .missing(.attributeValue, place)
      }
      return .value(.tensor(try unsafe self.sparse(sparse.pointee)))
    case 13:
      guard let type = unsafe message.tp else { throw .missing(.attributeValue, place) }
      return .value(.type(try unsafe self.type(type.pointee, place)))
    case let number: throw .wrongNumber(.attributeValue, Int64(number), place)
    }
  }
}
