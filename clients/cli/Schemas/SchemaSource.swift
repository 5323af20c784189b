internal import Descriptors
internal import Files
internal import RPC

/// Finds the types that a command needs: in files that were given, in this program, or at the
/// server.
struct SchemaSource {
  private let options: SchemaOptions
  private let client: Client

  init(_ options: SchemaOptions, _ client: Client) {
    self.options = options
    self.client = client
  }

  /// A method with the types around it.
  func method(_ name: String) async throws -> (Descriptors.MethodDescriptor, DescriptorPool) {
    let path = name.first == "/" ? String(name.dropFirst()) : name
    guard let separator = path.lastIndex(of: "/") ?? path.lastIndex(of: ".") else {
      throw UserError("\"\(name)\" is no method: write package.Service/Method")
    }
    let (service, pool) = try await service(String(path[..<separator]))
    let methodName = String(path[path.index(after: separator)...])
    guard let method = service.method(named: methodName) else {
      let names = service.methods.map(\.name).joined(separator: ", ")
      throw UserError("\(service.fullName) has no method \"\(methodName)\", but: \(names)")
    }
    return (method, pool)
  }

  func service(
    _ name: String
  ) async throws -> (Descriptors.ServiceDescriptor, DescriptorPool) {
    if !options.protoSet.isEmpty {
      let pool = try poolOfFiles()
      if let service = pool.service(named: name) ?? pool.service(withSuffix: name) {
        return (service, pool)
      }
      throw UserError("the files of --proto-set have no service \"\(name)\"")
    }
    if !options.reflect, let known = try KnownServices.service(named: name) {
      var pool = DescriptorPool()
      try pool.add(known)
      if let service = pool.service(named: known.name) { return (service, pool) }
    }
    var reflection = Reflection(client)
    let fullName = name.contains(".") ? name : try await fullName(of: name, &reflection)
    let pool = try await reflection.pool(declaring: fullName)
    guard let service = pool.service(named: fullName) else {
      throw UserError("\"\(fullName)\" is no service")
    }
    return (service, pool)
  }

  /// A pool that declares `symbol`.
  func pool(declaring symbol: String) async throws -> (symbol: String, pool: DescriptorPool) {
    let symbol = symbol.replacing("/", with: ".")
    if !options.protoSet.isEmpty {
      let pool = try poolOfFiles()
      guard let found = pool.symbol(symbol) else {
        throw UserError("the files of --proto-set do not declare \"\(symbol)\"")
      }
      return (found, pool)
    }
    if !options.reflect {
      let pool = try KnownServices.pool()
      if let found = pool.symbol(symbol) { return (found, pool) }
    }
    var reflection = Reflection(client)
    return (symbol, try await reflection.pool(declaring: symbol))
  }

  /// The names of the services that there are.
  func serviceNames() async throws -> [String] {
    guard options.protoSet.isEmpty else {
      return try poolOfFiles().services.map(\.fullName)
    }
    var reflection = Reflection(client)
    do {
      return try await reflection.services()
    } catch let error as RPCError where error.code == .unimplemented && !options.reflect {
      Note.write("gensyn: the server does not offer reflection; these are the known services")
      return KnownServices.all.map(\.name)
    }
  }

  private func fullName(
    of name: String, _ reflection: inout Reflection
  ) async throws -> String {
    let candidates = try await reflection.services()
      .filter { $0 == name || $0.hasSuffix(".\(name)") }
    guard let first = candidates.first else {
      throw UserError("neither this program nor the server knows a service \"\(name)\"")
    }
    guard candidates.count == 1 else {
      throw UserError("\"\(name)\" may be any of \(candidates.joined(separator: ", "))")
    }
    return first
  }

  private func poolOfFiles() throws -> DescriptorPool {
    var pool = DescriptorPool()
    for path in options.protoSet {
      guard let bytes = try File.userContents(of: path, sizeMax: Self.protoSetSizeMax) else {
        throw UserError("there is no file \(path), which --proto-set names")
      }
      let set: DescriptorPool
      do {
        set = try DescriptorPool(serializedSet: bytes)
      } catch {
        throw UserError("\(path): \(error)")
      }
      for file in set.allFiles { try pool.add(file) }
    }
    return pool
  }

  private static let protoSetSizeMax = 256 << 20
}

extension DescriptorPool {
  fileprivate func service(withSuffix name: String) -> Descriptors.ServiceDescriptor? {
    let candidates = services.filter { $0.fullName.hasSuffix(".\(name)") }
    return candidates.count == 1 ? candidates[0] : nil
  }

  /// The full name of what is declared as `name`, where a service needs only the last part of its.
  fileprivate func symbol(_ name: String) -> String? {
    if file(containing: name) != nil { return name }
    if let service = service(withSuffix: name) { return service.fullName }
    guard let dot = name.lastIndex(of: "."),
      let service = service(withSuffix: String(name[..<dot])),
      service.method(named: String(name[name.index(after: dot)...])) != nil
    else { return nil }
    return "\(service.fullName)\(name[dot...])"
  }
}

extension RPC.MethodDescriptor {
  init(_ method: Descriptors.MethodDescriptor) {
    let kind: Kind =
      switch (method.streamsInput, method.streamsOutput) {
      case (false, false): .unary
      case (true, false): .clientStreaming
      case (false, true): .serverStreaming
      case (true, true): .bidirectional
      }
    let idempotency: Idempotency =
      switch method.idempotency {
      case .unknown: .unknown
      case .noSideEffects: .noSideEffects
      case .idempotent: .idempotent
      }
    self.init(service: method.service, name: method.name, kind: kind, idempotency: idempotency)
  }
}
