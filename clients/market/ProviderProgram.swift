internal import ABI
internal import ContractBindings
internal import Foundation
public import GensynClient
internal import Primitives
internal import SwiftProtobuf
internal import Synchronization

/// A provider's program: takes assignments, computes them behind walls, commits on the chain, hands
/// over results; it comes back after a lost connection and finishes what it has before it leaves.
public final class ProviderProgram: Sendable {
  typealias Request = Gensyn_Market_V1.ProviderServiceServeRequest

  private let account: MarketAccount
  private let computer: any Computer
  private let receiptKey: Ed25519.SecretKey
  private let leaseCountMax: UInt32
  private let report: @Sendable (String) -> Void
  private let feed = StreamFeed<Request>()
  private let state = Mutex(State())

  private struct State {
    var isDraining = false
    var leases: [Data: LeaseWork] = [:]
  }

  /// What is known of a lease that is being worked on.
  private struct LeaseWork {
    var task: Task<Void, Never>?
    var beats: UInt64 = 0
    var updates: [UInt64: Gensyn_Market_V1.LeaseUpdate] = [:]
    var lastUpdate: UInt64 = 0
  }

  /// - Parameter report: Told in words what happens.
  public init(
    _ account: MarketAccount, computer: any Computer, receiptKey: consuming Ed25519.SecretKey,
    leaseCountMax: Int = 1, report: @escaping @Sendable (String) -> Void
  ) {
    self.account = account
    self.computer = computer
    self.receiptKey = receiptKey
    self.leaseCountMax = UInt32(clamping: leaseCountMax)
    self.report = report
  }

  /// Serves until the task is cancelled, or until ``drain()`` and the end of the last lease.
  public func run() async throws {
    let rules = try await account.rules()
    var backoff = Backoff()
    while !Task.isCancelled {
      do {
        try await serve(rules) { backoff.reset() }
        if isDone { return }
      } catch let error as RPCError {
        guard
          error.code == .unavailable || error.code == .internal || error.code == .cancelled
            || error.code == .aborted || error.code == .unknown
        else { throw error }
        try Task.checkCancellation()
        report("the gateway is not reached: \(error.message)")
      }
      if isDone { return }
      try await backoff.wait()
    }
  }

  private var isDone: Bool { state.withLock { $0.isDraining && $0.leases.isEmpty } }

  /// Takes nothing new.
  public func drain() {
    state.withLock { $0.isDraining = true }
    feed.send(
      .with { $0.drain.leaveTime = Google_Protobuf_Timestamp(date: Date()) })
    if isDone { feed.end() }
  }

  // MARK: The stream

  private func serve(
    _ rules: Gensyn_Market_V1.GetMarketParametersResponse, connected: () -> Void
  ) async throws {
    let requests = feed.begin()
    let stream = account.gensyn.providers.serve(requests)
    for try await message in stream {
      switch message.message {
      case .challenge(let challenge)?:
        try introduce(challenge, rules)
        connected()
        report("connected as \(account.address)")
        resend()
      case .assignment(let assignment)?: take(assignment, rules)
      case .update(let acknowledged)?:
        state.withLock { state in
          let waiting = state.leases[acknowledged.leaseID]?.updates ?? [:]
          state.leases[acknowledged.leaseID]?.updates = waiting.filter {
            $0.key > acknowledged.number
          }
        }
      case .leaseEnd(let end)?: forget(end)
      case .heartbeat?, .keys?, .inquiry?, .preemption?, .dispute?, nil: break
      }
      if isDone { feed.end() }
    }
  }

  private func introduce(
    _ challenge: Gensyn_Market_V1.ServeChallenge,
    _ rules: Gensyn_Market_V1.GetMarketParametersResponse
  ) throws {
    let text = [UInt8](challenge.challenge) + account.address.bytes
    let intent = try account.sign(
      .serve(
        .with {
          $0.challenge = challenge.challenge
          $0.receiptKey = Data(receiptKey.publicKey.bytes)
          $0.receiptKeySignature = Data(receiptKey.sign(text.span).bytes)
        }), chain: rules.chainID)
    let (held, isDraining) = state.withLock { (Array($0.leases.keys), $0.isDraining) }
    feed.send(
      .with {
        $0.introduction.intent = intent
        $0.introduction.leaseCountMax = leaseCountMax
        $0.introduction.heldLeaseIds = held
      })
    if isDraining { feed.send(.with { $0.drain.leaveTime = .init(date: Date()) }) }
  }

  /// What the gateway has not acknowledged.
  private func resend() {
    let updates = state.withLock { state in
      state.leases.values.flatMap { $0.updates.sorted { $0.key < $1.key }.map(\.value) }
    }
    for update in updates { feed.send(.with { $0.update = update }) }
  }

  private func update(_ lease: Data, _ content: Gensyn_Market_V1.LeaseUpdate.OneOf_Update) {
    let update = state.withLock { state -> Gensyn_Market_V1.LeaseUpdate? in
      guard state.leases[lease] != nil else { return nil }
      state.leases[lease]?.lastUpdate += 1
      let number = state.leases[lease]?.lastUpdate ?? 0
      let update = Gensyn_Market_V1.LeaseUpdate.with {
        $0.leaseID = lease
        $0.number = number
        $0.update = content
      }
      state.leases[lease]?.updates[number] = update
      return update
    }
    if let update { feed.send(.with { $0.update = update }) }
  }

  private func forget(_ end: Gensyn_Market_V1.LeaseEnd) {
    let work = state.withLock { $0.leases.removeValue(forKey: end.leaseID) }
    report("lease \(end.leaseID.short) ended: \(end.reason) \(end.message)")
    if end.reason != .completed { work?.task?.cancel() }
  }

  // MARK: Work

  private func take(
    _ assignment: Gensyn_Market_V1.Assignment,
    _ rules: Gensyn_Market_V1.GetMarketParametersResponse
  ) {
    let lease = assignment.lease.id
    let isNew = state.withLock { state in
      guard state.leases[lease] == nil, !state.isDraining,
        state.leases.count < Int(leaseCountMax)
      else { return false }
      state.leases[lease] = LeaseWork()
      return true
    }
    let isKnown = state.withLock { $0.leases[lease] != nil }
    feed.send(
      .with {
        $0.answer.leaseID = lease
        $0.answer.accepted = isNew || isKnown
        if !isKnown { $0.answer.message = "it is busy or leaves" }
      })
    guard isNew else { return }
    report("job \(assignment.job.id.short): taken for \(assignment.lease.bondAiWei.number) at risk")
    let task = Task {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await self.beat(lease, rules) }
        group.addTask { await self.work(assignment) }
        // The heart beats as long as the work goes on.
        await group.next()
        group.cancelAll()
      }
    }
    state.withLock { $0.leases[lease]?.task = task }
  }

  private func work(_ assignment: Gensyn_Market_V1.Assignment) async {
    let lease = assignment.lease.id
    let number = U256(assignment.job.escrowJobNumber)
    do {
      guard try await isNamed(number) else {
        report("job \(assignment.job.id.short): the escrow did not name this provider")
        return
      }
      try await account.send(JobEscrow.start(job: number))
      update(lease, .state(.provisioning))
      let alive = Task { try await self.showLife(number) }
      defer { alive.cancel() }
      update(lease, .state(.running))
      let work = try await computer.compute(
        assignment.job, nonce: [UInt8](assignment.requesterNonce))
      try await deliver(work, lease, number, assignment)
    } catch let failure as WorkFailure {
      report("job \(assignment.job.id.short): failed: \(failure)")
      update(
        lease,
        .failed(
          .with {
            $0.reason = .workFailed
            $0.message = failure.description
            $0.permanent = failure.isPermanent
          }))
      // The submitter gets its money back at once.
      if failure.isPermanent { _ = try? await account.send(JobEscrow.complete(job: number)) }
    } catch is CancellationError {
      return
    } catch {
      report("job \(assignment.job.id.short): \(error)")
      update(
        lease,
        .failed(
          .with {
            $0.reason = .released
            $0.message = "\(error)"
          }))
    }
  }

  /// Waits until the escrow has named this provider; it does so within a minute or not at all.
  private func isNamed(_ job: U256) async throws -> Bool {
    let deadline = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < deadline {
      let entry = try await account.read(JobEscrow.jobs(job))
      if entry.state == 2, entry.provider == account.address { return true }
      try await Task.sleep(for: .milliseconds(200))
    }
    return false
  }

  private func deliver(
    _ work: ComputedWork, _ lease: Data, _ job: U256, _ assignment: Gensyn_Market_V1.Assignment
  ) async throws {
    let signed = try SignedReceipt(signing: work.receipt, with: receiptKey)
    var outputs: [Gensyn_Market_V1.JobOutput] = []
    for output in work.outputs {
      let artifact = try await store(output.bytes, name: output.name, mediaType: output.mediaType)
      outputs.append(
        .with {
          $0.name = output.name
          $0.artifact = artifact
        })
    }
    let stored = outputs
    update(
      lease,
      .completed(
        .with {
          $0.receipt.hash = Data(signed.hash.array)
          $0.receipt.signedBytes = Data(signed.bytes)
          $0.outputs = stored
        }))
    try await account.send(
      JobEscrow.commit(job: job, steps: U256(assignment.job.stepCount), root: work.root))
    report("job \(assignment.job.id.short): committed to \(work.root)")
  }

  private func store(
    _ bytes: [UInt8], name: String, mediaType: String
  ) async throws -> Gensyn_Ree_V1.Artifact {
    let path = FileManager.default.temporaryDirectory.path + "/gensyn-\(UUID().uuidString)"
    try Data(bytes).write(to: URL(filePath: path))
    // What cannot be removed is for the system to clean.
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await account.gensyn.artifacts.upload(
      file: path, name: name, mediaType: mediaType, kind: .result
    ).artifact
  }

  // MARK: Signs of life

  private func beat(
    _ lease: Data, _ rules: Gensyn_Market_V1.GetMarketParametersResponse
  ) async {
    let seconds =
      Double(rules.heartbeatInterval.seconds)
      + Double(rules.heartbeatInterval.nanos) / 1e9
    while !Task.isCancelled {
      let number = state.withLock { state -> UInt64 in
        state.leases[lease]?.beats += 1
        return state.leases[lease]?.beats ?? 0
      }
      guard number > 0 else { return }
      let now = UInt64(Date().timeIntervalSince1970)
      let hash = [UInt8](repeating: 0, count: 32)
      let text =
        Array("gensyn.market.heartbeat.v1".utf8) + [0] + [UInt8](lease) + Self.bytes(number)
        + Self.bytes(now) + Self.bytes(0) + hash
      feed.send(
        .with {
          $0.heartbeat.leaseID = lease
          $0.heartbeat.number = number
          $0.heartbeat.time = Google_Protobuf_Timestamp(seconds: Int64(now))
          $0.heartbeat.stateHash = Data(hash)
          $0.heartbeat.signature = Data(receiptKey.sign(text.span).bytes)
        })
      // Cancelled while it waits, it is done.
      try? await Task.sleep(for: .seconds(max(seconds, 0.05)))
    }
  }

  /// On the chain, so that nobody can say that this provider was lost.
  private func showLife(_ job: U256) async throws {
    let terms = try await account.read(JobEscrow.terms(job))
    let interval = max(terms.leaseTimeout.clamped / 3, 1)
    while !Task.isCancelled {
      try await Task.sleep(for: .seconds(interval))
      _ = try? await account.send(JobEscrow.heartbeat(job: job))
    }
  }

  private static func bytes(_ number: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(56 - 8 * $0)) }
  }
}

extension Data {
  /// The first digits, for people.
  var short: String { Hex.encode([UInt8](prefix(6))) }
}
