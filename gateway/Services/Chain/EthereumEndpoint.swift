public import EthereumRPC
public import RPCServer

/// Ethereum's JSON-RPC at the gateway's port: POST, and WebSocket for those who want to be told.
///
/// Requests run on threads of their own: a call may take as long as its gas lasts, and no event loop
/// waits for it.
public struct EthereumEndpoint: Sendable {
  private let api: EthereumAPI
  private let workers: DiskExecutor

  public init(_ api: EthereumAPI, workers: DiskExecutor) {
    self.api = api
    self.workers = workers
  }

  /// The answer to a POST.
  public func answer(_ request: PageRequest) async -> PageResponse {
    let type = request.headers.first { $0.name == "content-type" }?.value ?? ""
    // What a page of another origin may send without asking is refused: it could change a chain.
    guard type.isEmpty || type.lowercased().hasPrefix("application/json") else {
      return PageResponse(status: 415, "the content type must be application/json\n")
    }
    let answer = await workers.run { () throws(Never) in api.answer(request.body) }
    guard let answer else { return PageResponse(status: 204, type: "application/json", body: []) }
    return PageResponse(type: "application/json", body: answer)
  }

  /// The receiver of one WebSocket's messages.
  public func open(_ channel: WebSocketChannel) -> any WebSocketReceiver {
    EthereumSocket(api: api, workers: workers, channel: channel)
  }
}

/// One client that is connected over WebSocket.
private final class EthereumSocket: WebSocketReceiver {
  private let api: EthereumAPI
  private let workers: DiskExecutor
  private let channel: WebSocketChannel
  private let session: RPCSession

  init(api: EthereumAPI, workers: DiskExecutor, channel: WebSocketChannel) {
    self.api = api
    self.workers = workers
    self.channel = channel
    session = RPCSession { channel.send($0) }
  }

  func receive(_ text: [UInt8]) async {
    let answer = await workers.run { () throws(Never) in api.answer(text, session: session) }
    if let answer { channel.send(answer) }
    // Whoever subscribed has its name now.
    session.startSubscriptions()
  }

  func closed() {
    session.close()
  }
}
