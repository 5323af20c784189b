internal import CSystem
internal import Foundation
internal import Glibc
internal import InteropSchema
internal import RPC
internal import RPCClient
internal import RPCServer

// Many streams over many connections for a while, with random cancellations, deadlines and
// half-closes: no reply is lost or doubled, and the memory afterwards is what it was before.
// --seconds=120 --streams=10000 --connections=1000 --channels=10 --loops=1 --seed=1, and to look
// closer --ending=1…4 (see `Worker`) --pause=4000 (milliseconds).
var flags: [String: Int] = [:]
for argument in CommandLine.arguments.dropFirst() {
  let parts = argument.drop { $0 == "-" }.split(separator: "=", maxSplits: 1)
  guard parts.count == 2, let value = Int(parts[1]), value > 0 else {
    print("soak-rpc: FAILED: \(argument) is not --name=N")
    exit(2)
  }
  flags[String(parts[0])] = value
}
let seconds = flags["seconds"] ?? 120
let streams = flags["streams"] ?? 10_000
// A worker has no stream at the server between two of its own, nor while it reads replies to a
// stream that has ended: so there are more workers than streams to be open at a time.
let workers = streams * 5 / 4
let connections = flags["connections"] ?? 1000
let channels = flags["channels"] ?? 10
let ending = flags["ending"]
let pauseMax = flags["pause"] ?? 4000

ThisProcess.raiseDescriptorLimit(to: connections * 2 + 1024)
let echo = EchoService()
var limits = RPCServer.Limits()
limits.connectionsPerPeerMax = connections + 100
var configuration = Server.Configuration(listen: ["127.0.0.1:0"])
configuration.limits = limits
configuration.loops = flags["loops"] ?? 1
let server = try Server(Router(services: [echo.service]), configuration)

// Round robin over one address many times makes as many connections.
var channelConfiguration = ChannelConfiguration()
channelConfiguration.loadBalancing = .roundRobin
let target =
  "ipv4:"
  + Array(repeating: server.addresses[0], count: connections / channels)
  .joined(separator: ",")
let clients = try (0..<channels).map { _ in
  Client(transport: try Channel(target, channelConfiguration))
}

func load(for duration: Duration, seed: Int) async -> Tally {
  let end = ContinuousClock.now.advanced(by: duration)
  return await withTaskGroup(of: Tally.self) { group in
    for index in 0..<workers {
      let client = Grpc_Testing.TestClient(clients[index % clients.count])
      group.addTask {
        var worker = Worker(
          client: client, random: SplitMix(state: UInt64(seed) << 32 | UInt64(index)),
          ending: ending, pauseMax: pauseMax)
        await worker.run(until: end)
        return worker.tally
      }
    }
    return await group.reduce(into: Tally()) { $0.add($1) }
  }
}

/// What is resident once what was freed is given back.
func settledMemory() async throws -> Int {
  for _ in 0..<100 where echo.running > 0 { try await Task.sleep(for: .milliseconds(100)) }
  try await Task.sleep(for: .seconds(2))
  malloc_trim(0)
  print("allocated: \(mallinfo2().uordblks >> 10) KiB")
  return ThisProcess.residentBytes
}

let seed = flags["seed"] ?? 1
// The first load makes the connections and what is kept for reuse, at its greatest.
let warmUp = await load(for: .seconds(max(5, seconds / 2)), seed: seed)
let before = try await settledMemory()
let openConnections = ThisProcess.descriptorCount
print("warm-up: \(warmUp)")
print("resident before: \(before >> 10) KiB; \(openConnections) descriptors")

let start = ContinuousClock.now
let tally = await load(for: .seconds(seconds), seed: seed + 1)
let taken = start.duration(to: .now)
let after = try await settledMemory()
let change = Double(after - before) / Double(before) * 100
print("load: \(tally) in \(taken)")
print("replies a second: \(Int(Double(tally.replies) / (taken / .seconds(1))))")
print("open streams at most: \(echo.peak)")
print("resident after: \(after >> 10) KiB, \(String(format: "%+.1f", change)) %")
print("handlers that still run: \(echo.running)")

var problems = (warmUp.problems + tally.problems).prefix(5).map { $0 }
if echo.running > 0 { problems.append("\(echo.running) handlers still run") }
if abs(change) > 5 { problems.append("memory changed by more than 5 %") }
if echo.peak < streams { problems.append("only \(echo.peak) streams were open at a time") }
if openConnections < connections * 2 {
  problems.append("\(openConnections) descriptors are too few for the connections")
}
for client in clients { await client.close() }
await server.shutdown(grace: .seconds(5))
print(
  problems.isEmpty
    ? "soak-rpc: ok" : "soak-rpc: FAILED: \(problems.joined(separator: "; "))")
exit(problems.isEmpty ? 0 : 1)
