internal import Buffers
internal import HTTP
internal import Net
internal import RPC
internal import RPCWire

/// What an exchange knows of its request and of the answer, in one value.
@safe
struct CallState: ~Copyable {
  /// What the connection knows of it.
  var shared = ExchangeState()

  // What the request says, known once its headers are here.
  var contentType = ContentType(.grpc, .proto)
  var handler: MethodHandler?
  var page: Page?
  var pageMethod = ""
  var pageTarget = ""
  var deadline: Deadline?
  var requestCompression = Compression.identity
  var accepted = AcceptedCompressions(rawValue: 0)
  /// Whether the request names a compression that is not ours, so that the answer says which are.
  var compressionIsUnknown = false
  var isGet = false
  /// Whether nothing is served at the path.
  var isUnrouted = false
  var origin: String?

  // What arrived of the body.
  var input = ByteQueue()
  var inputEnded = false
  var deframer = Deframer(.none, lengthMax: 0)
  var base64: Base64StreamDecoder?
  /// Received bytes that the peer has not been credited for.
  var uncredited = 0
  /// A message that is not framed: Connect's unary request.
  var bareMessageWasRead = false
  var requestWasCompressed = false

  // What was answered.
  var responseStarted = false
  var responseCompression = Compression.identity
  var isFinished = false

  // The handler.
  var task: Task<Void, Never>?
  var isRunning = false
  var failure: RPCError?
  var readWaiter: UnsafeContinuation<Void, Never>?
  var writeWaiter: UnsafeContinuation<Void, Never>?
  var timer: LoopTimer?
  var arrival = Progress()
  var departure = Progress()
  var departures = 0
  var counts = Counts()

  struct Counts {
    var requests = 0
    var responses = 0
    var requestBytes = 0
    var responseBytes = 0
  }

  init() {}

  /// A new state that has nothing of an old one but its storage.
  init(reusing old: consuming CallState) {
    shared = ExchangeState(reusing: old.shared)
    input = old.input
    input.removeAll(keepingUpTo: 4096)
  }

  /// Takes part of the body.
  mutating func append(_ body: RawSpan) throws(RPCError) {
    if base64 != nil {
      try base64?.decode(body, into: &input)
    } else {
      input.append(body)
    }
  }
}
