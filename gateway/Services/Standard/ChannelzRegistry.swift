internal import FoundationEssentials
public import Primitives
public import RPC
public import RPCServer
internal import StandardSchema
internal import SwiftProtobuf
internal import Synchronization

/// Counts a server's calls and keeps the list of its connections, for channelz.
public final class ChannelzRegistry: ServerObserver {
  typealias Schema = Grpc_Channelz_V1

  private let callsStarted = Atomic(0)
  private let callsFailed = Atomic(0)
  private let callsSucceeded = Atomic(0)
  private let lastStarted = Atomic<Int64>(0)
  private let state = Mutex(State())
  private let clock: @Sendable () -> UnixTime

  private struct State {
    var listening: [String] = []
    var connections: [UInt64: ConnectionRecord] = [:]
  }

  /// Sockets are numbered behind the server and the addresses that it listens at.
  static let serverID: Int64 = 1
  private static let listenerIDFirst: Int64 = 2
  private static let connectionIDOffset: UInt64 = 1000

  public init(clock: @escaping @Sendable () -> UnixTime = UnixTime.now) {
    self.clock = clock
  }

  /// Says where the server listens, once that is known.
  public func listens(at addresses: [String]) {
    state.withLock { $0.listening = addresses }
  }

  public func connectionOpened(_ connection: ConnectionRecord) {
    state.withLock { $0.connections[connection.id] = connection }
  }

  public func connectionClosed(_ connection: ConnectionRecord, reason: String?) {
    _ = state.withLock { $0.connections.removeValue(forKey: connection.id) }
  }

  public func callStarted(_ method: MethodDescriptor?) {
    callsStarted.add(1, ordering: .relaxed)
    lastStarted.store(clock().milliseconds, ordering: .relaxed)
  }

  public func callEnded(_ call: CallRecord) {
    if call.code == .ok {
      callsSucceeded.add(1, ordering: .relaxed)
    } else {
      callsFailed.add(1, ordering: .relaxed)
    }
  }
}

extension ChannelzRegistry {
  var server: Schema.Server {
    let listening = state.withLock { $0.listening }
    return .with { server in
      server.ref = .with {
        $0.serverID = Self.serverID
        $0.name = "gateway"
      }
      server.data = .with {
        $0.callsStarted = Int64(callsStarted.load(ordering: .relaxed))
        $0.callsSucceeded = Int64(callsSucceeded.load(ordering: .relaxed))
        $0.callsFailed = Int64(callsFailed.load(ordering: .relaxed))
        let last = lastStarted.load(ordering: .relaxed)
        guard last > 0 else { return }
        $0.lastCallStartedTimestamp = Google_Protobuf_Timestamp(UnixTime(milliseconds: last))
      }
      server.listenSocket = listening.enumerated().map { index, address in
        .with {
          $0.socketID = Self.listenerIDFirst + Int64(index)
          $0.name = address
        }
      }
    }
  }

  /// The connections' sockets from `start` on, one more than `count` if there are more.
  func sockets(from start: Int64, count: Int) -> [Schema.SocketRef] {
    let connections = state.withLock { Array($0.connections.values) }
    return
      connections
      .map { connection in
        .with {
          $0.socketID = Int64(clamping: connection.id &+ Self.connectionIDOffset)
          $0.name = connection.peer.address
        }
      }
      .filter { $0.socketID >= start }
      .sorted { $0.socketID < $1.socketID }
      .prefix(count + 1).map { $0 }
  }

  func socket(_ id: Int64) -> Schema.Socket? {
    let (listening, connection) = state.withLock { state in
      (state.listening, state.connections[UInt64(clamping: id) &- Self.connectionIDOffset])
    }
    if let connection {
      return .with {
        $0.ref.socketID = id
        $0.ref.name = connection.peer.address
        $0.remote = Schema.Address(connection.peer.address)
        $0.remoteName = connection.peer.certificate?.subject ?? ""
        if connection.isEncrypted { $0.security.model = .tls(Schema.Security.Tls()) }
      }
    }
    guard id >= Self.listenerIDFirst, id - Self.listenerIDFirst < listening.count else {
      return nil
    }
    let address = listening[Int(id - Self.listenerIDFirst)]
    return .with {
      $0.ref.socketID = id
      $0.ref.name = address
      $0.local = Schema.Address(address)
    }
  }
}

extension Grpc_Channelz_V1_Address {
  /// Reads `127.0.0.1:50051` and `unix:/path`; what is neither keeps its written form.
  init(_ address: String) {
    self.init()
    if address.hasPrefix("unix:") {
      udsAddress = .with { $0.filename = String(address.dropFirst(5)) }
      return
    }
    let parts = address.split(separator: ":", omittingEmptySubsequences: false)
    let numbers = parts[0].split(separator: ".").compactMap { UInt8($0) }
    guard parts.count == 2, numbers.count == 4, let port = Int32(parts[1]) else {
      otherAddress = .with { $0.name = address }
      return
    }
    tcpipAddress = .with {
      $0.ipAddress = .init(numbers)
      $0.port = port
    }
  }
}
