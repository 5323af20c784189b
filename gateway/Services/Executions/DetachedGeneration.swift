public import Files
internal import Foundation
public import Primitives
internal import REE
internal import RPC
public import Receipts
internal import Schema
public import Sodium
internal import SwiftProtobuf

/// One generation without a gateway around it: for a process that does nothing else.
public enum DetachedGeneration {
  /// Why there is no result.
  public struct Failure: Error, CustomStringConvertible {
    public let description: String
    /// True if it would fail everywhere.
    public let isPermanent: Bool
  }

  /// A model that was read and is ready.
  public struct Model: Sendable {
    fileprivate let loaded: LanguageModels.Loaded

    /// Reads a model's file, whose hash is known.
    public init(_ file: MappedFile, hash: Digest) throws(Failure) {
      do {
        let model = try LanguageModel(.mapped(file))
        loaded = LanguageModels.Loaded(
          model: model,
          identity: Receipt.Model(format: .gguf, hash: hash, root: try model.root()))
      } catch {
        throw Failure(description: "the model cannot be run: \(error)", isPermanent: true)
      }
    }
  }

  /// What a `gensyn.ree.v1.GenerateRequest` asks for, computed now.
  public static func run(
    _ request: [UInt8], _ model: Model, memoryBytesMax: Int, threads: Int,
    key: borrowing Ed25519.SecretKey, version: String
  ) throws(Failure) -> (text: String, receipt: SignedReceipt) {
    do {
      let message = try Gensyn_Ree_V1.GenerateRequest(serializedBytes: request)
      var limits = ExecutionEngine.Limits()
      limits.memorySizeBytesMax = memoryBytesMax
      limits.threadCountMax = threads
      var options = try GenerationOptions(message, limits)
      options.reportsCommitments = true
      let generation = GenerationRequest(
        prompt: try ExecutionService.prompt(message, model.loaded.model), options: options)
      var commitment = GenerationCommitment(
        generation, of: model.loaded.model, model.loaded.identity)
      var text = ""
      let result = try Generator(model.loaded.model).generate(
        generation.prompt, options, isCancelled: { false }
      ) { token in
        commitment.append(token)
        text += token.text
      }
      let receipt = commitment.receipt(
        result, nonce: [UInt8](message.options.requesterNonce), prover: key.publicKey,
        threadCount: options.threadCount,
        timeMicroseconds: UInt64(clamping: UnixTime.now().milliseconds) * 1000,
        engineVersion: version)
      guard let receipt else {
        throw Failure(
          description: "the model gives no number for any token: its weights are broken",
          isPermanent: true)
      }
      return (text, try SignedReceipt(signing: receipt, with: key))
    } catch let failure as Failure {
      throw failure
    } catch let error as RPCError {
      throw Failure(description: error.message, isPermanent: true)
    } catch let refusal as GenerationRefusal {
      throw Failure(description: "\(refusal)", isPermanent: true)
    } catch {
      throw Failure(description: "\(error)", isPermanent: true)
    }
  }
}
