internal import SwiftProtobuf
public import RPC
public import StandardSchema

/// `grpc.channelz.v1.Channelz`: a look at the server's connections and counters. A node's own calls
/// to others are not in it, so there are no channels.
public struct ChannelzService: Grpc_Channelz_V1.Channelz {
  private let registry: ChannelzRegistry

  private static let pageSizeMax = 100

  public init(_ registry: ChannelzRegistry) {
    self.registry = registry
  }

  public func getServers(
    _ request: Grpc_Channelz_V1.GetServersRequest, in call: ServerCall
  ) async throws -> Grpc_Channelz_V1.GetServersResponse {
    .with {
      $0.server = request.startServerID <= ChannelzRegistry.serverID ? [registry.server] : []
      $0.end = true
    }
  }

  public func getServer(
    _ request: Grpc_Channelz_V1.GetServerRequest, in call: ServerCall
  ) async throws -> Grpc_Channelz_V1.GetServerResponse {
    guard request.serverID == ChannelzRegistry.serverID else {
      throw RPCError(.notFound, "there is no server \(request.serverID)")
    }
    return .with { $0.server = registry.server }
  }

  public func getServerSockets(
    _ request: Grpc_Channelz_V1.GetServerSocketsRequest, in call: ServerCall
  ) async throws -> Grpc_Channelz_V1.GetServerSocketsResponse {
    guard request.serverID == ChannelzRegistry.serverID else {
      throw RPCError(.notFound, "there is no server \(request.serverID)")
    }
    let wanted = request.maxResults > 0 ? request.maxResults : Int64(Self.pageSizeMax)
    let count = Int(min(wanted, Int64(Self.pageSizeMax)))
    let sockets = registry.sockets(from: request.startSocketID, count: count)
    return .with {
      $0.socketRef = Array(sockets.prefix(count))
      $0.end = sockets.count <= count
    }
  }

  public func getSocket(
    _ request: Grpc_Channelz_V1.GetSocketRequest, in call: ServerCall
  ) async throws -> Grpc_Channelz_V1.GetSocketResponse {
    guard let socket = registry.socket(request.socketID) else {
      throw RPCError(.notFound, "there is no socket \(request.socketID)")
    }
    return .with { $0.socket = socket }
  }

  public func getTopChannels(
    _ request: Grpc_Channelz_V1.GetTopChannelsRequest, in call: ServerCall
  ) async throws -> Grpc_Channelz_V1.GetTopChannelsResponse {
    .with { $0.end = true }
  }

  public func getChannel(
    _ request: Grpc_Channelz_V1.GetChannelRequest, in call: ServerCall
  ) async throws -> Grpc_Channelz_V1.GetChannelResponse {
    throw RPCError(.notFound, "there is no channel \(request.channelID)")
  }

  public func getSubchannel(
    _ request: Grpc_Channelz_V1.GetSubchannelRequest, in call: ServerCall
  ) async throws -> Grpc_Channelz_V1.GetSubchannelResponse {
    throw RPCError(.notFound, "there is no subchannel \(request.subchannelID)")
  }
}
