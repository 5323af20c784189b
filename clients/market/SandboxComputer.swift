internal import Files
internal import Foundation
public import GensynClient
internal import Primitives
internal import SwiftProtobuf
internal import Synchronization

/// Computes in a process of its own, which has no network, no files and limits on memory and time; what
/// kills it is the job's failure and nobody else's.
public struct SandboxComputer: Computer {
  public struct Limits: Sendable {
    /// Bytes of memory beside the model's file.
    public var memoryBytesMax: UInt64 = 4 << 30
    public var seconds: UInt64 = 600
    public var threads = 2
    public var modelBytesMax: UInt64 = 16 << 30

    public init() {}
  }

  private let gensyn: Gensyn
  /// The program `gensyn-worker`.
  private let program: String
  /// Where models are kept, by their hashes.
  private let folder: String
  private let limits: Limits

  public init(_ gensyn: Gensyn, program: String, folder: String, limits: Limits = Limits()) {
    self.gensyn = gensyn
    self.program = program
    self.folder = folder
    self.limits = limits
  }

  public func compute(
    _ job: Gensyn_Market_V1.Job, nonce: [UInt8]
  ) async throws -> ComputedWork {
    guard case .generate(var request)? = job.specification.workload else {
      throw WorkFailure("this machine generates texts and nothing else", isPermanent: false)
    }
    guard let hash = try? Digest([UInt8](request.model.modelHash)) else {
      throw WorkFailure("the model's hash does not have 32 bytes", isPermanent: true)
    }
    request.options.requesterNonce = Data(nonce)
    let model = try await model(hash)
    let bytes: [UInt8] = try request.serializedBytes()
    let output = try await run(
      ["generate", "--model", model, "--model-hash", "\(hash)"], input: bytes)
    return try Self.read(output, nonce: nonce, model: hash)
  }

  /// The model's file; fetched where it is not there yet.
  private func model(_ hash: Digest) async throws -> String {
    let path = "\(folder)/\(hash)"
    if try Directory.kind(of: path) != nil { return path }
    let stat: Gensyn_Ree_V1.StatArtifactResponse
    do throws(RPCError) {
      stat = try await gensyn.artifacts.statArtifact(.with { $0.hash = Data(hash.array) })
    } catch {
      guard error.code == .notFound else { throw error }
      throw WorkFailure("the model is not in the store", isPermanent: true)
    }
    guard stat.artifact.sizeBytes <= limits.modelBytesMax else {
      throw WorkFailure("the model is larger than this machine takes", isPermanent: false)
    }
    try await gensyn.artifacts.download(hash, to: path)
    return path
  }

  /// The receipt's length in four bytes, big-endian, the receipt, and the text.
  private static func read(
    _ output: [UInt8], nonce: [UInt8], model: Digest
  ) throws -> ComputedWork {
    let length = output.prefix(4).reduce(0) { $0 << 8 | Int($1) }
    guard output.count >= 4 + length, length <= SignedReceipt.byteCountMax,
      let signed = try? SignedReceipt(bytes: Array(output[4..<4 + length])),
      signed.receipt.requesterNonce == nonce, signed.receipt.model.hash == model
    else { throw WorkFailure("the computation gave no result", isPermanent: false) }
    return ComputedWork(
      receipt: signed.receipt,
      outputs: [("text", "text/plain; charset=utf-8", Array(output[(4 + length)...]))])
  }

  // MARK: The process

  private func run(_ arguments: [String], input: [UInt8]) async throws -> [UInt8] {
    let process = Foundation.Process()
    process.executableURL = URL(filePath: program)
    process.arguments =
      arguments + [
        "--memory", "\(limits.memoryBytesMax)", "--seconds", "\(limits.seconds)",
        "--threads", "\(limits.threads)",
      ]
    process.environment = [:]
    let (stdin, stdout, stderr) = (Pipe(), Pipe(), Pipe())
    process.standardInput = stdin
    process.standardOutput = stdout
    process.standardError = stderr
    let (exits, exited) = AsyncStream.makeStream(of: Void.self)
    process.terminationHandler = { _ in exited.finish() }
    do {
      try process.run()
    } catch {
      throw WorkFailure("\(program) does not start: \(error)", isPermanent: false)
    }
    let pid = process.processIdentifier
    return try await withTaskCancellationHandler {
      async let output = Self.contents(stdout, limit: 64 << 20)
      async let complaint = Self.contents(stderr, limit: 64 << 10)
      // A worker that died reads no more: its exit says why.
      try? stdin.fileHandleForWriting.write(contentsOf: Data(input))
      try? stdin.fileHandleForWriting.close()
      let watchdog = Task {
        // The worker limits its own processor time; this one limits the wall's.
        try await Task.sleep(for: .seconds(limits.seconds * 2 + 10))
        kill(pid, SIGKILL)
      }
      for await _ in exits {}
      watchdog.cancel()
      let (text, bytes) = (await complaint, await output)
      try Task.checkCancellation()
      guard process.terminationReason == .exit, process.terminationStatus == 0 else {
        throw Self.failure(process, text)
      }
      return bytes
    } onCancel: {
      kill(pid, SIGKILL)
    }
  }

  private static func contents(_ pipe: Pipe, limit: Int) async -> [UInt8] {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        var bytes: [UInt8] = []
        while let piece = try? pipe.fileHandleForReading.read(upToCount: 1 << 16), !piece.isEmpty {
          if bytes.count < limit { bytes += piece }
        }
        continuation.resume(returning: bytes)
      }
    }
  }

  private static func failure(_ process: Foundation.Process, _ text: [UInt8]) -> WorkFailure {
    let words = String(decoding: text.prefix(500), as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    guard process.terminationReason == .uncaughtSignal else {
      // 3: it would fail everywhere.
      return WorkFailure(
        words.isEmpty ? "the worker gave up" : words, isPermanent: process.terminationStatus == 3)
    }
    switch process.terminationStatus {
    case SIGXCPU, SIGKILL: return WorkFailure("it took longer than allowed", isPermanent: true)
    case SIGSYS: return WorkFailure("it tried what a computation must not", isPermanent: true)
    case SIGABRT, SIGSEGV, SIGBUS, SIGTRAP, SIGILL:
      return WorkFailure("it needed more memory than allowed, or broke", isPermanent: true)
    case let signal: return WorkFailure("it ended by signal \(signal)", isPermanent: false)
    }
  }
}
