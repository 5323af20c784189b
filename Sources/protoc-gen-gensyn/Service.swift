internal import SwiftProtobuf
internal import SwiftProtobufPluginLibrary

/// A service and what belongs to it, by their Swift names.
struct Service {
  let descriptor: ServiceDescriptor
  /// The protocol that servers conform to.
  let name: String
  /// The enum of method descriptors.
  let methodsName: String
  let clientName: String
  let fakeName: String
  /// The namespace's property that holds the service descriptor.
  let property: String
  let methods: [Method]

  init(_ descriptor: ServiceDescriptor, siblings: [String], taken: inout Set<String>) {
    func take(_ name: String) -> String {
      let name = Identifiers.member(name, avoiding: taken)
      taken.insert(name)
      return name
    }
    self.descriptor = descriptor
    let name = Identifiers.type(descriptor.name, kind: "Service")
    self.name = name
    methodsName = take(name + "Methods")
    let short = name.removingSuffix("Service")
    clientName = take((short.isEmpty || siblings.contains(short) ? name : short) + "Client")
    fakeName = take(name + "Fake")
    property = take(Identifiers.lowerCamel(name))

    // Members that the protocol and the client have anyway.
    var members: Set<String> = ["client", "descriptor", "handlers"]
    methods = descriptor.methods.map { method in
      let name = Identifiers.member(Identifiers.lowerCamel(method.name), avoiding: members)
      members.insert(name)
      return Method(descriptor: method, name: name)
    }
  }
}

/// A method by its Swift name.
struct Method {
  enum Kind: String {
    case unary, clientStreaming, serverStreaming, bidirectional
  }

  let descriptor: MethodDescriptor
  let name: String

  /// The name as it stands in a declaration.
  var declaration: String { Identifiers.quoted(name) }

  var kind: Kind {
    switch (descriptor.clientStreaming, descriptor.serverStreaming) {
    case (false, false): .unary
    case (true, false): .clientStreaming
    case (false, true): .serverStreaming
    case (true, true): .bidirectional
    }
  }

  /// The closure of a fake.
  var fakeProperty: String { "on" + name.prefix(1).uppercased() + name.dropFirst() }
}
