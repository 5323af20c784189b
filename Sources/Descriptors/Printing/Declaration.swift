internal import SwiftProtobuf

/// A declaration that can be shown by itself, found in its file.
struct Declaration {
  enum Kind {
    case message(Google_Protobuf_DescriptorProto)
    case enumeration(Google_Protobuf_EnumDescriptorProto)
    case service(Google_Protobuf_ServiceDescriptorProto)
    case method(Google_Protobuf_MethodDescriptorProto)
    case field(Google_Protobuf_FieldDescriptorProto)
  }

  let kind: Kind
  let path: [Int32]

  private init(_ kind: Kind, at path: [Int32]) {
    self.kind = kind
    self.path = path
  }

  /// Looks for `symbol`, whose name in the file's package is `name`.
  init?(_ name: ArraySlice<String>, in file: Google_Protobuf_FileDescriptorProto) {
    guard let first = name.first else { return nil }
    let rest = name.dropFirst()
    if let index = file.messageType.firstIndex(where: { $0.name == first }) {
      self.init(rest, in: file.messageType[index], path: [PathStep.messageInFile, Int32(index)])
      return
    }
    if let index = file.service.firstIndex(where: { $0.name == first }) {
      self.init(rest, in: file.service[index], path: [PathStep.serviceInFile, Int32(index)])
      return
    }
    guard rest.isEmpty else { return nil }
    if let index = file.enumType.firstIndex(where: { $0.name == first }) {
      self.init(.enumeration(file.enumType[index]), at: [PathStep.enumInFile, Int32(index)])
    } else if let index = file.extension.firstIndex(where: { $0.name == first }) {
      self.init(.field(file.extension[index]), at: [PathStep.extensionInFile, Int32(index)])
    } else {
      return nil
    }
  }

  private init?(
    _ name: ArraySlice<String>, in message: Google_Protobuf_DescriptorProto, path: [Int32]
  ) {
    guard let first = name.first else {
      self.init(.message(message), at: path)
      return
    }
    let rest = name.dropFirst()
    if let index = message.nestedType.firstIndex(where: { $0.name == first }) {
      self.init(
        rest, in: message.nestedType[index],
        path: path + [PathStep.messageInMessage, Int32(index)])
      return
    }
    guard rest.isEmpty else { return nil }
    if let index = message.enumType.firstIndex(where: { $0.name == first }) {
      self.init(
        .enumeration(message.enumType[index]), at: path + [PathStep.enumInMessage, Int32(index)])
    } else if let index = message.field.firstIndex(where: { $0.name == first }) {
      self.init(.field(message.field[index]), at: path + [PathStep.fieldInMessage, Int32(index)])
    } else if let index = message.extension.firstIndex(where: { $0.name == first }) {
      self.init(
        .field(message.extension[index]), at: path + [PathStep.extensionInMessage, Int32(index)])
    } else {
      return nil
    }
  }

  private init?(
    _ name: ArraySlice<String>, in service: Google_Protobuf_ServiceDescriptorProto, path: [Int32]
  ) {
    guard let first = name.first else {
      self.init(.service(service), at: path)
      return
    }
    guard name.count == 1, let index = service.method.firstIndex(where: { $0.name == first })
    else { return nil }
    self.init(.method(service.method[index]), at: path + [PathStep.methodInService, Int32(index)])
  }
}
