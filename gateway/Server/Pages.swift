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

  static func index(services: [ServiceDescriptor]) -> Page {
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
    return Page("/", methods: ["GET", "HEAD", "POST"]) { _ in PageResponse(text) }
  }
}
