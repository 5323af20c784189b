internal import GatewayServices
internal import RPC
internal import RPCServer

/// What people and probes see who come without a protocol of calls.
enum Pages {
  static func health(_ health: HealthStatus) -> Page {
    Page("/healthz", methods: ["GET", "HEAD"]) { _ in
      health.isServing ? PageResponse("ok\n") : PageResponse(status: 503, "stopping\n")
    }
  }

  /// `ethereum` answers what wallets send to the root.
  static func index(services: [ServiceDescriptor], ethereum: EthereumEndpoint?) -> Page {
    let names = services.map { "  \($0.name)\n" }.joined()
    let text = """
      This is a node of the network. Programs call it over gRPC, gRPC-Web or Connect, all at this
      address; a call is a POST to /<service>/<method>.

        grpcurl -plaintext HOST:PORT list
        curl -H 'content-type: application/json' -d '{}' \\
          http://HOST:PORT/gensyn.ree.v1.ArtifactService/GetArtifactQuota

      Services:
      \(names)
      Pages: /healthz, /metrics

      """
    return Page("/", methods: ["GET", "HEAD", "POST"]) { request in
      guard request.method == "POST", let ethereum else { return PageResponse(text) }
      return await ethereum.answer(request)
    }
  }
}
