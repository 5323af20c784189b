internal import ABI
internal import ContractBindings
internal import Foundation
public import GensynClient
internal import Primitives
internal import SwiftProtobuf
internal import Synchronization

/// A verifier's program: locks its bond where it is named, computes what chance draws, binds itself to
/// what it found before it learns anything, attests or disputes.
public final class VerifierProgram: Sendable {
  typealias Request = Gensyn_Market_V1.VerifierServiceServeRequest

  private let account: MarketAccount
  private let computer: any Computer
  private let receiptKey: Ed25519.SecretKey
  private let checkCountMax: UInt32
  private let report: @Sendable (String) -> Void
  private let feed = StreamFeed<Request>()
  private let checks = Mutex<[Data: Finding]>([:])
  private let isLeaving = Mutex(false)

  private struct Finding {
    var isRunning = true
    var root: Digest?
    var salt = Digest(.zero)
    var receipt: SignedReceipt?
  }

  public init(
    _ account: MarketAccount, computer: any Computer, receiptKey: consuming Ed25519.SecretKey,
    checkCountMax: Int = 1, report: @escaping @Sendable (String) -> Void
  ) {
    self.account = account
    self.computer = computer
    self.receiptKey = receiptKey
    self.checkCountMax = UInt32(clamping: checkCountMax)
    self.report = report
  }

  /// Serves until the task is cancelled, or ``drain()``.
  public func run() async throws {
    let rules = try await account.rules()
    var backoff = Backoff()
    while !Task.isCancelled, !isLeaving.withLock({ $0 }) {
      do {
        try await serve(rules) { backoff.reset() }
      } catch let error as RPCError {
        guard
          error.code == .unavailable || error.code == .internal || error.code == .cancelled
            || error.code == .aborted || error.code == .unknown
        else { throw error }
        try Task.checkCancellation()
        report("the gateway is not reached: \(error.message)")
      }
      guard !isLeaving.withLock({ $0 }) else { return }
      try await backoff.wait()
    }
  }

  /// Takes nothing new, and leaves when nothing is being computed.
  public func drain() {
    isLeaving.withLock { $0 = true }
    feed.send(.with { $0.leaveTime = Google_Protobuf_Timestamp(date: Date()) })
    endIfIdle()
  }

  private func endIfIdle() {
    if isLeaving.withLock({ $0 }), checks.withLock({ $0.isEmpty }) { feed.end() }
  }

  private func serve(
    _ rules: Gensyn_Market_V1.GetMarketParametersResponse, connected: () -> Void
  ) async throws {
    let requests = feed.begin()
    let stream = account.gensyn.verifiers.serve(requests)
    for try await message in stream {
      switch message.message {
      case .challenge(let challenge)?:
        let text = [UInt8](challenge.challenge) + account.address.bytes
        let intent = try account.sign(
          .serve(
            .with {
              $0.challenge = challenge.challenge
              $0.receiptKey = Data(receiptKey.publicKey.bytes)
              $0.receiptKeySignature = Data(receiptKey.sign(text.span).bytes)
            }), chain: rules.chainID)
        feed.send(
          .with {
            $0.introduction.intent = intent
            $0.introduction.checkCountMax = checkCountMax
          })
        connected()
        report("connected as \(account.address)")
      case .standby(let standby)?: enlist(standby)
      case .assignment(let assignment)?: begin(assignment)
      case .reveal(let invitation)?: reveal(invitation.checkID)
      case .outcome(let outcome)?: conclude(outcome)
      case .keys?, .dispute?, nil: break
      }
      endIfIdle()
    }
  }

  private func enlist(_ standby: Gensyn_Market_V1.CheckStandby) {
    let number = U256(standby.job.escrowJobNumber)
    Task {
      // The provider must have begun.
      for _ in 0..<300 {
        do {
          try await account.send(JobEscrow.enlist(job: number))
          return report("job \(standby.job.id.short): stands by")
        } catch {
          try? await Task.sleep(for: .milliseconds(200))
        }
      }
    }
  }

  private func begin(_ assignment: Gensyn_Market_V1.CheckAssignment) {
    let id = assignment.checkID
    let isNew = checks.withLock { checks in
      guard checks[id] == nil else { return false }
      checks[id] = Finding(salt: Digest(Data(randomBytes(32)).number))
      return true
    }
    guard isNew else { return commit(id) }
    report("check \(id.short) of job \(assignment.job.id.short)")
    Task {
      do {
        let work = try await computer.compute(
          assignment.job, nonce: [UInt8](assignment.requesterNonce))
        let signed = try SignedReceipt(signing: work.receipt, with: receiptKey)
        checks.withLock { checks in
          checks[id]?.isRunning = false
          checks[id]?.root = work.root
          checks[id]?.receipt = signed
        }
        commit(id)
      } catch {
        checks.withLock { $0[id] = nil }
        report("check \(id.short) cannot be done: \(error)")
        feed.send(
          .with {
            $0.refusal.checkID = id
            $0.refusal.message = "\(error)"
          })
      }
    }
  }

  /// Binds this verifier to what it found, without showing it.
  private func commit(_ id: Data) {
    guard let finding = checks.withLock({ $0[id] }), let root = finding.root else { return }
    let commitment = Keccak256.hash(
      [UInt8](id) + root.array + finding.salt.array + account.address.bytes)
    feed.send(
      .with {
        $0.commitment.checkID = id
        $0.commitment.commitment = Data(commitment.array)
      })
  }

  private func reveal(_ id: Data) {
    guard let finding = checks.withLock({ $0[id] }), let root = finding.root else { return }
    feed.send(
      .with {
        $0.reveal.checkID = id
        $0.reveal.resultHash = Data(root.array)
        $0.reveal.salt = Data(finding.salt.array)
        if let receipt = finding.receipt { $0.reveal.receipt.signedBytes = Data(receipt.bytes) }
      })
  }

  private func conclude(_ outcome: Gensyn_Market_V1.CheckOutcome) {
    guard checks.withLock({ $0.removeValue(forKey: outcome.checkID) }) != nil else { return }
    let (job, checkpoint) = (U256(outcome.escrowJobNumber), U256(outcome.checkpoint))
    report("check \(outcome.checkID.short): \(outcome.state)")
    Task {
      do {
        switch outcome.state {
        case .agreed: try await account.send(JobEscrow.attest(job: job, index: checkpoint))
        case .disagreed: try await account.send(Disputes.open(job: job, checkpoint: checkpoint))
        default: break
        }
      } catch {
        report("check \(outcome.checkID.short): \(error)")
      }
    }
  }
}
