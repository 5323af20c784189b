/// The versions of the operators of each domain that a model asks for.
struct Opsets {
  /// What is known. The operators' own table says which of them exist in which version.
  static let supported: [String: ClosedRange<Int>] = [
    "": 1...28, "ai.onnx.ml": 1...5, "ai.onnx.preview": 1...1, "ai.onnx.preview.training": 1...1,
    "ai.onnx.training": 1...1, "com.microsoft": 1...1,
  ]

  private(set) var versions: [String: Int] = [:]

  init(_ messages: [OpsetMessage]) throws(ModelError) {
    for message in messages {
      guard let version = Int(exactly: message.version) else {
        throw .wrongNumber(.version, message.version, .model)
      }
      if let supported = Self.supported[message.domain], !supported.contains(version) {
        throw .unknownVersion(
          domain: message.domain, message.version, supported: supported)
      }
      if let other = versions[message.domain], other != version {
        throw .duplicateName(message.domain, .model)
      }
      versions[message.domain] = version
    }
  }

  func version(of domain: String, _ place: ModelError.Place) throws(ModelError) -> Int {
    guard let version = versions[domain] else { throw .unknownDomain(domain, place) }
    return version
  }
}
