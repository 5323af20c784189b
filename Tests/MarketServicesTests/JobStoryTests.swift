import ABI
import Chain
import ContractBindings
import EVM
import Foundation
import Market
import MarketServices
import Predeploys
import Primitives
import RPC
import Schema
import SwiftProtobuf
import Testing

/// Jobs from their offer to their money, over the services and a real chain.
@Suite(.serialized)
struct JobStoryTests {
  static let price = U256(GenesisPlan.unit)

  private func offer(_ world: MarketWorld, by person: MarketWorld.Person) async throws {
    let intent = try person.sign(
      world.intent(
        .postOffer(
          .with {
            $0.instrument.hardwareClass = "cpu"
            $0.unitPriceAiWei = Data(Self.price.bytes)
            $0.quantity = 4
            $0.expireTime = Google_Protobuf_Timestamp(date: Date().addingTimeInterval(600))
          })))
    _ = try await Gensyn_Market_V1.OfferClient(world.client).postOffer(.with { $0.intent = intent })
  }

  private func submit(
    _ world: MarketWorld, by client: MarketWorld.Person, mode: Gensyn_Market_V1.VerificationMode
  ) async throws -> Digest {
    let jobs = Gensyn_Market_V1.JobClient(world.client)
    var specification = Gensyn_Market_V1.JobSpecification.with {
      $0.generate.text = "Why is the sky blue?"
      $0.deadline = Google_Protobuf_Timestamp(date: Date().addingTimeInterval(300))
      $0.verification.mode = mode
    }
    let asked = specification
    let estimate = try await jobs.estimateJob(
      .with {
        $0.specification = asked
        $0.submitter = Data(client.address.bytes)
      })
    specification.priceLimitAiWei = estimate.totalAiWei
    specification.unitPriceLimitAiWei = estimate.providerAiWei
    let intent = try client.sign(world.intent(.submitJob(specification)))
    let id = Keccak256.hash([UInt8](intent.intent))
    try world.send(AIToken.approve(spender: JobEscrow.address, value: .max), by: client)
    let terms = try JobTerms(
      priceLimit: #require(U256(bigEndian: [UInt8](estimate.totalAiWei))),
      unitPriceLimit: U256(bigEndian: [UInt8](estimate.providerAiWei)),
      deadline: UnixTime(milliseconds: specification.deadline.seconds * 1000),
      verification: VerificationTerms(mode: mode == .replicated ? .replicated : .sampled)
    ).escrowTerms(id, world.node.market.rules)
    let contract = JobEscrow.Terms(
      spec: id, matcher: terms.matcher, pricePerStep: terms.pricePerStep, steps: 1,
      checkpointSteps: 1, verifierFee: terms.verifierFee, providerBond: terms.providerBond,
      verifierBond: terms.verifierBond, startTimeout: U256(terms.startTimeout),
      leaseTimeout: U256(terms.leaseTimeout), challengeWindow: U256(terms.challengeWindow),
      deadline: U256(terms.deadline), checkRate: U256(terms.checkRate),
      honestCost: terms.honestCost)
    let funding = try world.transaction(
      JobEscrow.open(terms: contract, amount: try #require(terms.deposit)), by: client)
    let response = try await jobs.submitJob(
      .with {
        $0.intent = intent
        $0.fundingTransaction = Data(funding)
      })
    #expect(response.job.id == Data(id.array))
    return id
  }

  /// The states that the job goes through.
  private func watch(_ world: MarketWorld, _ id: Digest) async throws -> [Gensyn_Market_V1.JobState]
  {
    var states: [Gensyn_Market_V1.JobState] = []
    let stream = Gensyn_Market_V1.JobClient(world.client).watchJob(
      .with { $0.jobID = Data(id.array) }, options: CallOptions(timeout: .seconds(60)))
    for try await event in stream {
      if case .state(let job)? = event.event { states.append(job.state) }
    }
    return states
  }

  @Test(.timeLimit(.minutes(2)))
  func `an honest job is matched, run, checked and paid`() async throws {
    let world = try await MarketWorld()
    let (client, provider, verifier) = (world.people[0], world.people[1], world.people[2])
    try world.bond(provider, role: 1, Self.price &* 100)
    try world.bond(verifier, role: 2, Self.price &* 100)
    let honest: @Sendable (Gensyn_Market_V1.Job) -> Digest = { Keccak256.hash([UInt8]($0.id)) }
    let work = Task { try await Worker(world: world, person: provider, root: honest).provide() }
    let check = Task { try await Worker(world: world, person: verifier, root: honest).verify() }
    defer {
      work.cancel()
      check.cancel()
    }
    try await offer(world, by: provider)
    let before = try world.read(AIToken.balanceOf(provider.address))

    let id = try await submit(world, by: client, mode: .replicated)
    let states = try await watch(world, id)

    #expect(states.first == .draft && states.last == .settled)
    #expect(states.contains(.matched) && states.contains(.challengeWindow))
    let fee = Self.price / 200
    let after = try world.read(AIToken.balanceOf(provider.address))
    #expect(after &- before == Self.price &- fee)
    let settlement = try await Gensyn_Market_V1.SettlementClient(world.client).getSettlement(
      .with { $0.jobID = Data(id.array) }
    ).settlement
    #expect(settlement.providerAiWei == Data((Self.price &- fee).bytes))
    #expect(settlement.protocolFeeAiWei == Data(fee.bytes))
    #expect(settlement.verificationAiWei == Data(Self.price.bytes))
    #expect(settlement.heldAiWei == Data(U256.zero.bytes))
    var result: [UInt8] = []
    let stream = Gensyn_Market_V1.JobClient(world.client).fetchResult(
      .with { $0.jobID = Data(id.array) })
    for try await message in stream { result += [UInt8](message.chunk.data) }
    #expect(String(decoding: result, as: UTF8.self) == "the answer")
  }

  @Test(.timeLimit(.minutes(2)))
  func `a lying provider is caught and slashed`() async throws {
    let world = try await MarketWorld()
    let (client, provider, verifier) = (world.people[0], world.people[1], world.people[2])
    try world.bond(provider, role: 1, Self.price &* 100)
    try world.bond(verifier, role: 2, Self.price &* 100)
    let work = Task {
      try await Worker(world: world, person: provider) { _ in Keccak256.hash([6]) }.provide()
    }
    let check = Task {
      try await Worker(world: world, person: verifier) { Keccak256.hash([UInt8]($0.id)) }.verify()
    }
    defer {
      work.cancel()
      check.cancel()
    }
    try await offer(world, by: provider)
    let id = try await submit(world, by: client, mode: .replicated)

    // The liar has no trace to open: it does not move, and time convicts it.
    while world.node.market.read({ $0.job(id)?.state }) != .disputed {
      try await Task.sleep(for: .milliseconds(50))
    }
    world.chain.development?.increaseTime(by: 200)
    try world.send(Disputes.timeOut(number: 0), by: verifier)
    let verdict = try world.read(Disputes.disputes(0))
    #expect(verdict.phase == 7, "the provider was not convicted: \(verdict)")
    let states = try await watch(world, id)

    #expect(states.last == .slashed)
    let bond = try world.read(Bonds.free(provider.address, 1))
    #expect(bond == Self.price &* 91)
    let clientTokens = try world.read(AIToken.balanceOf(client.address))
    // All of the deposit, and a quarter of the bond of nine.
    #expect(clientTokens &- GenesisPlan.developmentGrant == Self.price &* 9 / 4)
  }

  @Test
  func `nobody acts in another's name or twice`() async throws {
    let world = try await MarketWorld()
    let offers = Gensyn_Market_V1.OfferClient(world.client)
    let terms = Gensyn_Market_V1.OfferTerms.with {
      $0.instrument.hardwareClass = "cpu"
      $0.unitPriceAiWei = Data(Self.price.bytes)
      $0.quantity = 1
      $0.expireTime = Google_Protobuf_Timestamp(date: Date().addingTimeInterval(600))
    }
    let intent = world.intent(.postOffer(terms))
    var forged = try world.people[0].sign(intent)
    forged.signer = Data(world.people[1].address.bytes)
    var foreign = intent
    foreign.chainID = Data(U256(1).bytes)
    var late = intent
    late.expireTime = Google_Protobuf_Timestamp(date: Date().addingTimeInterval(-1))
    var other = intent
    other.postOffer.quantity = 2

    let good = try world.people[0].sign(intent)
    let first = try await offers.postOffer(.with { $0.intent = good })
    let second = try await offers.postOffer(.with { $0.intent = good })

    #expect(first.offer.id == second.offer.id)
    for (bad, code) in [
      (forged, Status.Code.unauthenticated),
      (try world.people[0].sign(foreign), .unauthenticated),
      (try world.people[0].sign(late), .deadlineExceeded),
      (try world.people[0].sign(other), .alreadyExists),
    ] {
      let error = await #expect(throws: RPCError.self) {
        try await offers.postOffer(.with { $0.intent = bad })
      }
      #expect(error?.code == code)
    }
    let cancel = try world.people[1].sign(world.intent(.cancelOfferID(first.offer.id)))
    let error = await #expect(throws: RPCError.self) {
      try await offers.cancelOffer(.with { $0.intent = cancel })
    }
    #expect(error?.code == .permissionDenied)
  }
}
