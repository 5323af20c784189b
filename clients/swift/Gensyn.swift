public import RPC
internal import RPCClient
public import Schema
public import StandardSchema

/// A gateway's services, as clients with typed methods.
///
/// A value of this type is cheap to copy; all copies share one way to the gateway. It connects with
/// the first call, and again when a connection is lost.
public struct Gensyn: Sendable {
  /// What all of the clients make their calls with.
  public let client: Client

  /// Clients that call over a transport of any kind, such as one to a router in this process.
  public init(
    transport: any ClientTransport, interceptors: [any ClientInterceptor] = [],
    defaults: CallOptions = CallOptions()
  ) {
    client = Client(transport: transport, interceptors: interceptors, defaults: defaults)
  }

  /// The services of the gateway at `address`: `127.0.0.1:50051`, `unix:/run/gensyn.sock`,
  /// `https://example.org`, or another form of ``RPCClient/Target``.
  public static func connect(
    _ address: String = defaultAddress, _ configuration: Configuration = Configuration()
  ) throws(RPCError) -> Gensyn {
    Gensyn(
      transport: try Channel(address, configuration.channelConfiguration()),
      interceptors: configuration.interceptors, defaults: configuration.defaults)
  }

  /// Where a gateway listens unless it is told otherwise.
  public static let defaultAddress = "127.0.0.1:50051"

  /// Ends calls that run and closes the connections.
  public func close() async {
    await client.close()
  }
}

// MARK: - Services

extension Gensyn {
  // Reproducible execution.
  public var artifacts: Gensyn_Ree_V1.ArtifactClient { .init(client) }
  public var models: Gensyn_Ree_V1.ModelClient { .init(client) }
  public var executions: Gensyn_Ree_V1.ExecutionClient { .init(client) }
  public var receipts: Gensyn_Ree_V1.ReceiptClient { .init(client) }
  public var disputes: Gensyn_Ree_V1.DisputeClient { .init(client) }

  // The chain and its contracts.
  public var chain: Gensyn_Chain_V1.ChainClient { .init(client) }
  public var identities: Gensyn_Chain_V1.IdentityClient { .init(client) }
  public var reputation: Gensyn_Chain_V1.ReputationClient { .init(client) }
  public var stake: Gensyn_Chain_V1.StakeClient { .init(client) }
  public var token: Gensyn_Chain_V1.TokenClient { .init(client) }
  public var governance: Gensyn_Chain_V1.GovernanceClient { .init(client) }

  // The market.
  public var offers: Gensyn_Market_V1.OfferClient { .init(client) }
  public var jobs: Gensyn_Market_V1.JobClient { .init(client) }
  public var providers: Gensyn_Market_V1.ProviderClient { .init(client) }
  public var verifiers: Gensyn_Market_V1.VerifierClient { .init(client) }
  public var settlements: Gensyn_Market_V1.SettlementClient { .init(client) }

  // The mesh.
  public var node: Gensyn_Axl_V1.NodeClient { .init(client) }
  public var agents: Gensyn_Axl_V1.AgentClient { .init(client) }
  public var channels: Gensyn_Axl_V1.ChannelClient { .init(client) }
  public var inbox: Gensyn_Axl_V1.InboxClient { .init(client) }
  public var groups: Gensyn_Axl_V1.GroupClient { .init(client) }

  // Applications.
  public var training: Gensyn_Apps_V1.TrainingClient { .init(client) }
  public var judge: Gensyn_Apps_V1.JudgeClient { .init(client) }
  public var delphi: Gensyn_Apps_V1.DelphiClient { .init(client) }

  /// Whether the gateway, or one of its services, takes calls.
  public var health: Grpc_Health_V1.HealthClient { .init(client) }
}
