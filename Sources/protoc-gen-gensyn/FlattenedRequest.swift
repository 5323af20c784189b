internal import SwiftProtobuf
internal import SwiftProtobufPluginLibrary

/// A request whose fields are parameters, so that a short call needs no message.
struct FlattenedRequest {
  struct Parameter {
    let field: FieldDescriptor
    /// What the caller writes.
    let label: String
    /// What the body writes: the label, unless that is a keyword.
    let variable: String
    let property: String
    let type: String
    /// Nil for a field that knows whether it is set: its parameter is optional.
    let defaultValue: String?
  }

  let parameters: [Parameter]
  /// The variable that holds the message.
  let variable: String

  /// With more parameters than this a message reads better.
  private static let fieldsMax = 8

  /// Refuses messages that say more than a list of parameters can: those with a choice in them.
  init?(_ message: Descriptor, in namespace: Namespace) {
    let fields = message.fields.filter { !$0.options.deprecated }
    guard message.realOneofs.isEmpty, message.messageExtensionRanges.isEmpty,
      fields.count <= Self.fieldsMax
    else { return nil }
    let namer = SwiftProtobufNamer()
    parameters = fields.map { Parameter($0, namespace, namer) }
    let labels = Set(parameters.map(\.variable))
    guard labels.count == parameters.count else { return nil }
    variable = Identifiers.member("request", avoiding: labels)
  }
}

extension FlattenedRequest.Parameter {
  fileprivate init(_ field: FieldDescriptor, _ namespace: Namespace, _ namer: SwiftProtobufNamer) {
    self.field = field
    let base = field.type == .group ? field.messageType.name : field.name
    // `options` are the call's.
    label = Identifiers.member(NamingUtils.toLowerCamelCase(base), avoiding: ["options"])
    variable = Identifiers.isKeyword(label) ? label + "_p" : label
    property =
      namer.messagePropertyNames(field: field, prefixed: "", includeHasAndClear: false).name
    let element = Self.element(field, namespace)
    if let (key, value) = field.messageType?.mapKeyAndValue {
      type = "[\(Self.element(key, namespace)): \(Self.element(value, namespace))]"
      defaultValue = "[:]"
    } else if field.isRepeated {
      type = "[\(element)]"
      defaultValue = "[]"
    } else if field.hasPresence {
      type = "\(element)?"
      defaultValue = nil
    } else {
      type = element
      defaultValue = Self.zero(field, element)
    }
  }

  private static func element(_ field: FieldDescriptor, _ namespace: Namespace) -> String {
    switch field.type {
    case .message, .group: namespace.name(of: field.messageType)
    case .enum: namespace.name(of: field.enumType)
    case .bytes: "Data"
    case .double: namespace.external("Double", from: "Swift")
    case .float: namespace.external("Float", from: "Swift")
    case .bool: namespace.external("Bool", from: "Swift")
    case .string: namespace.external("String", from: "Swift")
    case .int32, .sint32, .sfixed32: namespace.external("Int32", from: "Swift")
    case .int64, .sint64, .sfixed64: namespace.external("Int64", from: "Swift")
    case .uint32, .fixed32: namespace.external("UInt32", from: "Swift")
    case .uint64, .fixed64: namespace.external("UInt64", from: "Swift")
    }
  }

  private static func zero(_ field: FieldDescriptor, _ type: String) -> String {
    switch field.type {
    case .bool: "false"
    case .string: "\"\""
    case .bytes, .enum: "\(type)()"
    default: "0"
    }
  }

  /// As it stands in the function's parameter list.
  var declaration: String {
    let name = label == variable ? label : "\(Identifiers.quotedLabel(label)) \(variable)"
    return "\(name): \(type) = \(defaultValue ?? "nil")"
  }
}

extension Identifiers {
  /// The only keywords that are no argument labels.
  static func quotedLabel(_ label: String) -> String {
    ["inout", "var", "let"].contains(label) ? "`\(label)`" : label
  }
}
