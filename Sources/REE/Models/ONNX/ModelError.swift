/// Why a file is no model that can be run.
public enum ModelError: Error, Hashable, Sendable {
  /// The bytes are no protobuf message of a model.
  case notAModel
  case tooLarge(sizeBytes: Int, limit: Int)
  case nestedTooDeep(limit: Int)
  /// Its messages need more memory than the file's size justifies.
  case memory(limit: Int)
  case tooManyNodes(limit: Int)
  /// Text that is not UTF-8 or has a NUL.
  case text(Place)
  case missing(Field, Place)
  case unknownElementType(Int32, Place)
  case wrongNumber(Field, Int64, Place)
  case tensor(TensorError, Place)
  case externalData(ExternalDataError, Place)
  case unsupported(Feature, Place)
  case duplicateName(String, Place)
  /// A node reads what nothing makes.
  case undefinedValue(String, Place)
  case cyclic(Place)
  case unknownDomain(String, Place)
  /// The file asks for operators of a version that is not known here.
  case unknownVersion(domain: String, Int64, supported: ClosedRange<Int>)
  case unknownOperator(domain: String, name: String, version: Int, Place)
  case operatorInputs(found: Int, accepted: ClosedRange<Int>, Place)
  case operatorOutputs(found: Int, accepted: ClosedRange<Int>, Place)
  case unknownAttribute(String, Place)
  case missingAttribute(String, Place)
  case attributeType(String, expected: String, found: String, Place)
  /// Functions that call one another without end.
  case functionsTooDeep(limit: Int, Place)

  /// Where in the model something is wrong.
  public enum Place: Hashable, Sendable {
    case model
    case graph(String)
    case node(name: String, operator: String)
    case tensor(String)
    case function(String)
    case value(String)
  }

  public enum Field: String, Sendable {
    case graph, opsetImport, name, domain, version, attributeValue, tensorValues, segment,
      dimension, dataLocation
    case sparseIndex, elementType
  }

  public enum Feature: String, Sendable {
    case segmentedTensor = "a tensor in segments"
    case map = "a map"
    case trainingInformation = "training information"
    case sparseTensor = "a sparse tensor as a value"
  }
}

/// Why data in a file beside the model could not be read.
public enum ExternalDataError: Error, Hashable, Sendable {
  /// The model came alone.
  case noFiles
  /// The path leads out of the model's folder, or could.
  case pathEscapes(String)
  case notFound(String)
  case unreadable(String)
  /// The range is not inside the file, or offset or length is no number.
  case range(String)
}

extension ModelError.Place: CustomStringConvertible {
  public var description: String {
    switch self {
    case .model: "the model"
    case .graph(let name): "graph \"\(name)\""
    case .node(let name, let op): name.isEmpty ? "a node of \(op)" : "node \"\(name)\" (\(op))"
    case .tensor(let name): "tensor \"\(name)\""
    case .function(let name): "function \(name)"
    case .value(let name): "value \"\(name)\""
    }
  }
}

extension ExternalDataError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noFiles: "its data is in a file beside the model, and there are none"
    case .pathEscapes(let path):
      "its data is at \"\(path)\", which is not inside the model's folder"
    case .notFound(let path): "its data is in \"\(path)\", which is not there"
    case .unreadable(let path): "its data in \"\(path)\" cannot be read"
    case .range(let path): "\"\(path)\" does not have the bytes that are named"
    }
  }
}

extension ModelError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notAModel: "the file is no ONNX model"
    case .tooLarge(let size, let limit): "the file has \(size) bytes, at most \(limit) are accepted"
    case .nestedTooDeep(let limit): "messages are nested more than \(limit) deep"
    case .memory(let limit): "reading the model would take more than \(limit) bytes"
    case .tooManyNodes(let limit): "the model has more than \(limit) nodes"
    case .text(let place): "\(place) has text that is not UTF-8 or holds a NUL"
    case .missing(let field, let place): "\(place) has no \(field.rawValue)"
    case .unknownElementType(let type, let place):
      "\(place) has element type \(type), which is unknown"
    case .wrongNumber(let field, let number, let place):
      "\(place): \(field.rawValue) cannot be \(number)"
    case .tensor(let error, let place): "\(place): \(error)"
    case .externalData(let error, let place): "\(place): \(error)"
    case .unsupported(let feature, let place):
      "\(place) has \(feature.rawValue), which is not supported"
    case .duplicateName(let name, let place): "\(place) defines \"\(name)\" twice"
    case .undefinedValue(let name, let place): "\(place) reads \"\(name)\", which nothing makes"
    case .cyclic(let place): "\(place) depends on its own output"
    case .unknownDomain(let domain, let place):
      "\(place) uses domain \"\(domain)\", which the model does not import"
    case .unknownVersion(let domain, let version, let supported):
      "the model needs version \(version) of the operators of \"\(domain)\"; known are \(supported)"
    case .unknownOperator(let domain, let name, let version, let place):
      "\(place): there is no operator \(domain.isEmpty ? name : domain + "." + name) in version \(version)"
    case .operatorInputs(let found, let accepted, let place):
      "\(place) has \(found) inputs, \(accepted) are accepted"
    case .operatorOutputs(let found, let accepted, let place):
      "\(place) has \(found) outputs, \(accepted) are accepted"
    case .unknownAttribute(let name, let place): "\(place) has no attribute \(name) in this version"
    case .missingAttribute(let name, let place): "\(place) lacks attribute \(name)"
    case .attributeType(let name, let expected, let found, let place):
      "\(place): attribute \(name) must be \(expected), not \(found)"
    case .functionsTooDeep(let limit, let place):
      "\(place): functions call each other more than \(limit) deep"
    }
  }
}
