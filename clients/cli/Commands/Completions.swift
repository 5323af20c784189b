internal import RPC

/// What a shell offers while a command is typed.
enum Completions {
  static func methods() -> [String] {
    KnownServices.all.flatMap { service in
      service.methods.map { "\(service.name)/\($0.name)" }
    }
  }

  static func services() -> [String] {
    KnownServices.all.map(\.name)
  }
}
