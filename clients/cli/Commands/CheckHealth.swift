internal import ArgumentParser
internal import GensynClient
internal import RPC
internal import StandardSchema

struct CheckHealth: ConfiguredCommand {
  static let configuration = CommandConfiguration(
    commandName: "health",
    abstract: "Asks whether the server, or one of its services, takes calls.",
    discussion: "The exit code is that of UNAVAILABLE unless the answer is SERVING.")

  @OptionGroup var options: GlobalOptions

  @Flag(help: "Show every change until interrupted.")
  var watch = false

  @Argument(help: "The service; none asks about the server as a whole.")
  var service = ""

  func run() async throws {
    let gensyn = try options.settings().connect()
    guard !watch else {
      for try await response in gensyn.health.watch(service: service) { try show(response.status) }
      return
    }
    let status = try await gensyn.health.check(service: service).status
    try show(status)
    guard status == .serving else { throw ExitCode(Outcome.status(.unavailable).exitCode) }
  }

  private func show(_ status: Grpc_Health_V1.HealthCheckResponse.ServingStatus) throws {
    let name =
      switch status {
      case .unknown: "UNKNOWN"
      case .serving: "SERVING"
      case .notServing: "NOT_SERVING"
      case .serviceUnknown: "SERVICE_UNKNOWN"
      case .UNRECOGNIZED(let number): "\(number)"
      }
    try Printer(options).show(
      json: ["service": .string(service), "status": .string(name)], text: name)
  }
}
