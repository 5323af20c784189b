import ABI
import ContractBindings
import Foundation
import Market
import MarketServices
import Primitives
import RPC
import Receipts
import Schema
import Sodium
import SwiftProtobuf

/// A provider and a verifier as programs elsewhere would be: they know nothing but the services.
struct Worker: Sendable {
  let world: MarketWorld
  let person: MarketWorld.Person
  /// What it says that a job's trace is.
  let root: @Sendable (Gensyn_Market_V1.Job) -> Digest

  private func serve(_ challenge: Gensyn_Market_V1.ServeChallenge) throws
    -> Gensyn_Market_V1.SignedIntent
  {
    let text = [UInt8](challenge.challenge) + person.address.bytes
    let signature = person.receipts.sign(text.span)
    return try person.sign(
      world.intent(
        .serve(
          .with {
            $0.challenge = challenge.challenge
            $0.receiptKey = Data(person.receipts.publicKey.bytes)
            $0.receiptKeySignature = Data(signature.bytes)
          })))
  }

  /// Serves until the task is cancelled; what is completed is a fixed text.
  func provide(beats: Bool = true) async throws {
    let (requests, feed) = AsyncStream.makeStream(
      of: Gensyn_Market_V1.ProviderServiceServeRequest.self)
    let stream = Gensyn_Market_V1.ProviderClient(world.client).serve(requests)
    for try await message in stream {
      switch message.message {
      case .challenge(let challenge)?:
        let intent = try serve(challenge)
        feed.yield(
          .with {
            $0.introduction.intent = intent
            $0.introduction.leaseCountMax = 4
          })
      case .assignment(let assignment)?:
        feed.yield(
          .with {
            $0.answer.leaseID = assignment.lease.id
            $0.answer.accepted = true
          })
        try await work(assignment, feed, beats: beats)
      default: break
      }
    }
  }

  private func work(
    _ assignment: Gensyn_Market_V1.Assignment,
    _ feed: AsyncStream<Gensyn_Market_V1.ProviderServiceServeRequest>.Continuation, beats: Bool
  ) async throws {
    let job = U256(assignment.job.escrowJobNumber)
    while try world.read(JobEscrow.jobs(job)).state != 2 {
      try await Task.sleep(for: .milliseconds(20))
    }
    try world.send(JobEscrow.start(job: job), by: person)
    guard beats else { return }
    // The market must have seen the start.
    while world.node.market.read({ $0.job(number: assignment.job.escrowJobNumber)?.lease?.phase })
      != .started
    {
      try await Task.sleep(for: .milliseconds(20))
    }
    feed.yield(
      .with {
        $0.update.leaseID = assignment.lease.id
        $0.update.number = 1
        $0.update.state = .running
      })
    // A computation takes seconds; meanwhile the verifier locks its bond.
    for _ in 0..<200 where try !world.read(JobEscrow.jobs(job)).enlisted {
      try await Task.sleep(for: .milliseconds(20))
    }
    let text = Array("the answer".utf8)
    let root = root(assignment.job)
    let signed = try SignedReceipt(
      signing: receipt(root, nonce: [UInt8](assignment.requesterNonce)), with: person.receipts)
    let hash = world.artifacts.put(text)
    feed.yield(
      .with {
        $0.update.leaseID = assignment.lease.id
        $0.update.number = 2
        $0.update.completed.receipt.signedBytes = Data(signed.bytes)
        $0.update.completed.outputs = [
          .with {
            $0.name = "text"
            $0.artifact.hash = Data(hash.array)
            $0.artifact.sizeBytes = UInt64(text.count)
          }
        ]
      })
    try world.send(JobEscrow.commit(job: job, steps: 1, root: root), by: person)
  }

  private func receipt(_ root: Digest, nonce: [UInt8]) -> Receipt {
    let zero = Digest(.zero)
    return Receipt(
      kind: .generate, semanticsRoot: zero, engineName: "test", engineVersion: "1",
      model: Receipt.Model(format: .gguf, hash: zero, root: zero), inputRoot: zero,
      parametersHash: zero, outputRoot: root, finishReason: .length, stepCount: 1,
      traceLevel: .steps, traceRoot: root, requesterNonce: nonce,
      proverKey: person.receipts.publicKey, timeMicroseconds: 1,
      device: Receipt.Device(instructionSet: "none", threadCount: 1), workMultiplyAdds: 1)
  }

  /// Checks until the task is cancelled.
  func verify() async throws {
    let (requests, feed) = AsyncStream.makeStream(
      of: Gensyn_Market_V1.VerifierServiceServeRequest.self)
    let stream = Gensyn_Market_V1.VerifierClient(world.client).serve(requests)
    var results: [Data: (root: Digest, salt: Digest)] = [:]
    for try await message in stream {
      switch message.message {
      case .challenge(let challenge)?:
        let intent = try serve(challenge)
        feed.yield(
          .with {
            $0.introduction.intent = intent
            $0.introduction.checkCountMax = 4
          })
      case .standby(let standby)?:
        let job = U256(standby.job.escrowJobNumber)
        Task {
          // The provider must have begun.
          while try world.read(JobEscrow.jobs(job)).state == 2 {
            try await Task.sleep(for: .milliseconds(5))
          }
          try world.send(JobEscrow.enlist(job: job), by: person)
        }
      case .assignment(let assignment)?:
        let result = (root: root(assignment.job), salt: Keccak256.hash(randomBytes(32)))
        results[assignment.checkID] = result
        let check = try Digest([UInt8](assignment.checkID))
        let commitment = Keccak256.hash(
          check.array + result.root.array + result.salt.array + person.address.bytes)
        feed.yield(
          .with {
            $0.commitment.checkID = assignment.checkID
            $0.commitment.commitment = Data(commitment.array)
          })
      case .reveal(let invitation)?:
        guard let result = results[invitation.checkID] else { continue }
        feed.yield(
          .with {
            $0.reveal.checkID = invitation.checkID
            $0.reveal.resultHash = Data(result.root.array)
            $0.reveal.salt = Data(result.salt.array)
          })
      case .outcome(let outcome)?:
        let job = U256(outcome.escrowJobNumber)
        if outcome.state == .agreed {
          try world.send(JobEscrow.attest(job: job, index: U256(outcome.checkpoint)), by: person)
        } else if outcome.state == .disagreed {
          try world.send(
            Disputes.open(job: job, checkpoint: U256(outcome.checkpoint)), by: person)
        }
      default: break
      }
    }
  }
}
