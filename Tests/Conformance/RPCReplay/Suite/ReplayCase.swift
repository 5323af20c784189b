internal import Foundation
internal import JSONTree

/// One `.io` file of `ethereum/execution-apis`: requests and the answers that they must get.
public struct ReplayCase: Sendable {
  public struct Exchange: Sendable {
    public let request: [UInt8]
    public let answer: [UInt8]
  }

  public let name: String
  public let exchanges: [Exchange]
  /// Whether only the answer's form is given.
  public let isFormOnly: Bool

  /// All cases in a folder, in the order in which they are to run.
  public static func all(folder: String) throws -> [ReplayCase] {
    let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return try files.filter { $0.hasSuffix(".io") }.sorted().map { file in
      try ReplayCase(
        name: String(file.dropLast(3)),
        text: try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8))
    }
  }

  init(name: String, text: String) throws {
    self.name = name
    var exchanges: [Exchange] = []
    var request: [UInt8]?
    for line in text.split(separator: "\n") {
      if line.hasPrefix(">> ") {
        request = Array(line.dropFirst(3).utf8)
      } else if line.hasPrefix("<< "), let sent = request {
        exchanges.append(Exchange(request: sent, answer: Array(line.dropFirst(3).utf8)))
        request = nil
      }
    }
    self.exchanges = exchanges
    isFormOnly = text.contains("speconly:")
  }
}
