internal import Foundation
internal import Primitives
internal import REE
public import RPC
internal import Receipts
public import Schema
internal import SwiftProtobuf
internal import Synchronization
internal import Tokenizers

extension ExecutionService {
  public func generate(
    _ request: Gensyn_Ree_V1.GenerateRequest,
    to responses: ResponseWriter<Gensyn_Ree_V1.GenerateResponse>, in call: ServerCall
  ) async throws {
    let nonce = [UInt8](request.options.requesterNonce)
    try Self.check(request.options)
    let loaded = try await load(request.model)
    let generation = GenerationRequest(
      prompt: try Self.prompt(request, loaded.model),
      options: try GenerationOptions(request, engine.limits))
    var numbering = EventNumbering()
    do {
      let plan = try Generator(loaded.model).plan(generation.prompt, generation.options)
      let first = numbering.event(.plan(.init(plan, loaded, generation.options)))
      try await responses.write(.with { $0.event = first })
    } catch {
      throw RPCError(execution: error)
    }
    if request.options.planOnly { return }

    let owner = call.owner
    let start = ContinuousClock.now
    let (tokens, feed) = AsyncStream.makeStream(of: GeneratedToken.self)
    let engine = engine
    async let outcome = Self.ending(feed) {
      try await engine.compute { isCancelled in
        let outcome = try engine.generate(
          generation, loaded, nonce: nonce, isCancelled: isCancelled, onToken: { feed.yield($0) })
        if let signed = outcome.receipt { try engine.keep(signed, of: generation, owner: owner) }
        return outcome
      }
    }
    do {
      for await token in tokens {
        let next = numbering.event(.tokens(.init(token)))
        try await responses.write(.with { $0.event = next })
      }
      let (result, signed) = try await outcome
      let last = numbering.event(
        .result(try .init(result, signed, elapsed: start.duration(to: .now))))
      try await responses.write(.with { $0.event = last })
    } catch {
      throw RPCError(execution: error)
    }
  }

  /// Ends the feed however the computation ends, also if it never began.
  static func ending<Element, Result>(
    _ feed: AsyncStream<Element>.Continuation, _ body: () async throws -> Result
  ) async throws -> Result {
    defer { feed.finish() }
    return try await body()
  }

  private static func check(_ options: Gensyn_Ree_V1.ExecutionOptions) throws(RPCError) {
    guard options.traceLevel == .unspecified || options.traceLevel == .steps else {
      throw RPCError(.unimplemented, "a generation's trace has one record for each token: STEPS")
    }
    try checkShared(options)
  }

  /// What holds for every kind of computation.
  static func checkShared(_ options: Gensyn_Ree_V1.ExecutionOptions) throws(RPCError) {
    guard options.mode == .unspecified || options.mode == .reproducible else {
      throw RPCError(.unimplemented, "this node computes reproducibly and in no other mode")
    }
    guard options.semanticsRoot.isEmpty || options.semanticsRoot == Semantics.root.data else {
      throw RPCError(.unimplemented, "this node's semantics have the root \(Semantics.root)")
    }
    guard !options.detached else { throw noDetached }
    guard options.requesterNonce.count <= Receipt.nonceByteCountMax else {
      throw RPCError(
        badField: "options.requester_nonce",
        "must have at most \(Receipt.nonceByteCountMax) bytes")
    }
  }

  static func prompt(
    _ request: Gensyn_Ree_V1.GenerateRequest, _ model: LanguageModel
  ) throws(RPCError) -> [UInt32] {
    switch request.prompt {
    case .text(let text)?: return model.tokenizer.encode(text).ids
    case .tokens(let tokens)?: return tokens.ids
    case .chat(let chat)?:
      guard chat.toolsJson.isEmpty else {
        throw RPCError(.unimplemented, "tools are not known to this node's templates")
      }
      let template: ChatTemplate
      do {
        template = try ChatTemplate(model)
      } catch {
        throw RPCError(
          .unimplemented,
          error == .none
            ? "the model has no chat template: give a text"
            : "the model's chat template is not known to this node")
      }
      var messages: [ChatTemplate.Message] = []
      for (index, message) in chat.messages.enumerated() {
        let role: ChatTemplate.Role
        switch message.role {
        case .system: role = .system
        case .user: role = .user
        case .assistant: role = .assistant
        default: throw RPCError(badField: "chat.messages[\(index)].role", "is not known")
        }
        messages.append(ChatTemplate.Message(role, message.text))
      }
      guard !messages.isEmpty else { throw RPCError(badField: "chat.messages", "is empty") }
      return model.tokenizer.encode(template.prompt(messages)).ids
    case nil: throw RPCError(badField: "prompt", "is missing")
    }
  }
}
