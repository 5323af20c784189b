/// A plain HTTP request, for what is not a call: health, metrics, a page for people.
public struct PageRequest: Sendable {
  public let method: String
  /// Without the query.
  public let path: String
  public let query: String?
  public let headers: [(name: String, value: String)]
  public let body: [UInt8]
}

public struct PageResponse: Sendable {
  public var status: Int
  public var headers: [(name: String, value: String)]
  public var body: [UInt8]

  public init(
    status: Int = 200, type: String = "text/plain; charset=utf-8", body: [UInt8]
  ) {
    self.status = status
    headers = [("content-type", type)]
    self.body = body
  }

  public init(
    status: Int = 200, type: String = "text/plain; charset=utf-8", _ text: String
  ) {
    self.init(status: status, type: type, body: Array(text.utf8))
  }
}

/// A path that answers plain HTTP.
public struct Page: Sendable {
  public let path: String
  public let methods: Set<String>
  let answer: @Sendable (PageRequest) async -> PageResponse

  public init(
    _ path: String, methods: Set<String> = ["GET"],
    answer: @escaping @Sendable (PageRequest) async -> PageResponse
  ) {
    self.path = path
    self.methods = methods
    self.answer = answer
  }
}
