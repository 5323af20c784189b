internal import CKernels
internal import ModelFiles

/// A sequence of tokens under evaluation, with the keys and values of those that were seen.
///
/// What a token's logits are depends on the tokens before it alone: `evaluate` may be given one token
/// or many, and a session may go back and on, with the same bits. Not for several threads at once.
public final class DecoderSession {
  public let model: LanguageModel
  /// The tokens whose keys and values are held.
  public private(set) var tokens: [UInt32] = []
  private let cache: KeyValueCache
  private let team: ThreadTeam
  private let memory: Scratch

  /// The most tokens that are computed at one time. It changes no bit.
  public static let chunkLengthMax = 64

  /// - Parameters:
  ///   - capacity: The most tokens that will be held, at most the model's context.
  ///   - threadCount: Threads to use. It changes no bit.
  public init(_ model: LanguageModel, capacity: Int, threadCount: Int = 1) {
    self.model = model
    let capacity = min(max(capacity, 1), model.contextLength)
    cache = KeyValueCache(model.sizes, capacity: capacity)
    team = ThreadTeam(threadCount)
    memory = Scratch(
      model.sizes, rowsMax: min(capacity, Self.chunkLengthMax), capacity: cache.capacity,
      workers: team.count)
  }

  /// The bytes that a session takes beside the model.
  public static func sizeBytes(
    _ model: LanguageModel, capacity: Int, threadCount: Int = 1
  ) -> Int {
    let capacity = min(max(capacity, 1), model.contextLength)
    return KeyValueCache.sizeBytes(model.sizes, capacity: capacity)
      + Scratch.sizeBytes(
        model.sizes, rowsMax: min(capacity, Self.chunkLengthMax), capacity: capacity,
        workers: max(1, threadCount))
  }

  /// Forgets all tokens but the first `count`.
  public func rewind(to count: Int) {
    tokens.removeLast(max(0, tokens.count - max(0, count)))
  }

  /// How many more tokens can be held.
  public var room: Int { min(cache.capacity, model.contextLength) - tokens.count }

  /// Adds tokens and lends the logits behind the last of them, one for each token of the vocabulary.
  ///
  /// - Precondition: There is at least one token, room for all, and the vocabulary has each of them.
  public func evaluate<Result>(
    _ added: some Collection<UInt32>, chunkLength: Int = chunkLengthMax,
    _ body: (Span<Float>) -> Result
  ) -> Result {
    precondition(!added.isEmpty && added.count <= room)
    precondition(added.allSatisfy { $0 < model.vocabularySize })
    let length = min(max(chunkLength, 1), memory.rowsMax)
    var rest = Array(added)[...]
    var rows = 0
    while !rest.isEmpty {
      let chunk = rest.prefix(length)
      rest = rest.dropFirst(length)
      compute(chunk)
      rows = chunk.count
      tokens.append(contentsOf: chunk)
    }
    computeLogits(row: rows - 1)
    return memory.logits.withSpan(0..<model.vocabularySize, body)
  }
}

// MARK: - One chunk

extension DecoderSession {
  private func compute(_ chunk: ArraySlice<UInt32>) {
    let sizes = model.sizes
    let rows = chunk.count
    embed(chunk)
    let turns = (0..<rows).map { model.rotation.turns(at: tokens.count + $0) }
    for (index, layer) in model.layers.enumerated() {
      normalize(layer.attentionNorm, rows: rows)
      memory.input.use(memory.normal, rows: rows, width: sizes.width)
      layer.query.apply(memory.input, into: memory.query, team)
      layer.key.apply(memory.input, into: memory.key, team)
      layer.value.apply(memory.input, into: memory.value, team)
      for row in 0..<rows { remember(row, layer: index, turns[row]) }
      attend(layer: index, rows: rows)
      memory.input.use(memory.attention, rows: rows, width: sizes.queryWidth)
      layer.attentionOutput.apply(memory.input, into: memory.normal, team)
      addBranch(rows: rows)

      normalize(layer.hiddenNorm, rows: rows)
      memory.input.use(memory.normal, rows: rows, width: sizes.width)
      layer.gate.apply(memory.input, into: memory.gate, activation: REE_SILU, team)
      layer.up.apply(memory.input, into: memory.up, team)
      unsafe ree_mul(
        memory.gate.start, 1, memory.up.start, 1, memory.gate.start, rows * sizes.hiddenWidth)
      memory.input.use(memory.gate, rows: rows, width: sizes.hiddenWidth)
      layer.down.apply(memory.input, into: memory.normal, team)
      addBranch(rows: rows)
    }
  }

  private func embed(_ chunk: ArraySlice<UInt32>) {
    let entry = model.tensors.embedding
    let width = model.sizes.width
    let rowBytes = entry.bytes.count / entry.shape[0]
    model.bytes.withBytes { bytes in
      for (row, token) in chunk.enumerated() {
        let start = entry.bytes.lowerBound + Int(token) * rowBytes
        var elements: [Float] = []
        // The model was refused if its embedding could not be decoded.
        try? BlockDecoder.decode(
          entry.encoding, bytes.extracting(start..<start + rowBytes), into: &elements)
        for (index, element) in elements.enumerated() {
          memory.stream[row * width + index] = element
        }
      }
    }
  }

  private func normalize(_ gamma: FloatMemory, rows: Int) {
    unsafe ree_rms_norm_rows(
      memory.stream.start, rows, model.sizes.width, gamma.start, model.sizes.epsilon,
      memory.normal.start, nil)
  }

  private func addBranch(rows: Int) {
    unsafe ree_add(
      memory.normal.start, 1, memory.stream.start, 1, memory.stream.start,
      rows * model.sizes.width)
  }

  /// Turns a row's queries and keys, and stores its keys and values.
  private func remember(
    _ row: Int, layer: Int, _ turns: (sines: [Float], cosines: [Float])
  ) {
    let sizes = model.sizes
    unsafe model.rotation.turn(
      memory.query.at(row * sizes.queryWidth), heads: sizes.headCount,
      headWidth: sizes.headWidth, sines: turns.sines, cosines: turns.cosines)
    let key = unsafe memory.key.at(row * sizes.keyValueWidth)
    unsafe model.rotation.turn(
      key, heads: sizes.keyValueHeadCount, headWidth: sizes.headWidth, sines: turns.sines,
      cosines: turns.cosines)
    unsafe cache.store(
      layer: layer, position: tokens.count + row, keys: key,
      values: memory.value.at(row * sizes.keyValueWidth))
  }

  /// Attention of every row to the positions up to its own: scores and sums in the canonical order of
  /// positions, so that it does not matter which rows are computed together.
  private func attend(layer: Int, rows: Int) {
    let sizes = model.sizes
    let (heads, group, width) = (sizes.keyValueHeadCount, sizes.groupSize, sizes.headWidth)
    let scale = 1 / Float(width).squareRoot()
    let first = tokens.count
    team.run(rows * heads) { piece, worker in
      let (row, head) = (piece / heads, piece % heads)
      let count = first + row + 1
      let scores = unsafe memory.scores[worker].start
      let place = row * sizes.queryWidth + head * group * width

      var product = unsafe ree_matmul()
      unsafe ree_matmul_init(&product, group, count, width)
      unsafe product.a = unsafe UnsafePointer(memory.query.at(place))
      unsafe product.b = unsafe UnsafePointer(cache.key(layer: layer, head: head))
      unsafe product.b_packed = true
      unsafe product.alpha = scale
      unsafe product.c = unsafe scores
      unsafe ree_matmul_run(&product)

      unsafe ree_softmax_rows(scores, group, count, scores)

      unsafe ree_matmul_init(&product, group, width, count)
      unsafe product.a = unsafe UnsafePointer(scores)
      unsafe product.b = unsafe UnsafePointer(cache.value(layer: layer, head: head))
      unsafe product.c = unsafe memory.attention.at(place)
      unsafe ree_matmul_run(&product)
    }
  }

  private func computeLogits(row: Int) {
    let width = model.sizes.width
    unsafe ree_rms_norm_rows(
      memory.stream.at(row * width), 1, width, model.outputNorm.start, model.sizes.epsilon,
      memory.normal.start, nil)
    memory.input.use(memory.normal, rows: 1, width: width)
    model.output.apply(memory.input, into: memory.logits, team)
    unsafe ree_canonicalize(memory.logits.start, model.vocabularySize)
  }
}

// MARK: - Memory

/// The memory that a chunk is computed in, used again for each.
private struct Scratch {
  let rowsMax: Int
  let stream, normal, query, key, value, attention, gate, up, logits: FloatMemory
  let scores: [FloatMemory]
  let input: Activations

  init(_ sizes: DecoderConfiguration, rowsMax: Int, capacity: Int, workers: Int) {
    self.rowsMax = rowsMax
    stream = FloatMemory(rowsMax * sizes.width)
    normal = FloatMemory(rowsMax * sizes.width)
    query = FloatMemory(rowsMax * sizes.queryWidth)
    key = FloatMemory(rowsMax * sizes.keyValueWidth)
    value = FloatMemory(rowsMax * sizes.keyValueWidth)
    attention = FloatMemory(rowsMax * sizes.queryWidth)
    gate = FloatMemory(rowsMax * sizes.hiddenWidth)
    up = FloatMemory(rowsMax * sizes.hiddenWidth)
    logits = FloatMemory(sizes.vocabularySize)
    scores = (0..<workers).map { _ in FloatMemory(sizes.groupSize * capacity) }
    input = Activations(rowsMax: rowsMax, widthMax: Self.widthMax(sizes))
  }

  static func sizeBytes(
    _ sizes: DecoderConfiguration, rowsMax: Int, capacity: Int, workers: Int
  ) -> Int {
    let row =
      2 * sizes.width + 2 * sizes.queryWidth + 2 * sizes.keyValueWidth + 2 * sizes.hiddenWidth
    return 4 * (rowsMax * row + sizes.vocabularySize + workers * sizes.groupSize * (capacity + 31))
      + Activations.sizeBytes(rowsMax: rowsMax, widthMax: widthMax(sizes))
  }

  private static func widthMax(_ sizes: DecoderConfiguration) -> Int {
    max(sizes.width, sizes.queryWidth, sizes.hiddenWidth)
  }
}
