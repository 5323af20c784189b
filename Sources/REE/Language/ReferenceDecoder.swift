internal import ModelFiles

/// The decoder's rules as plain loops: what the fast one must compute, bit for bit.
///
/// It holds no keys or values and knows no chunks, threads or vectors: it computes the logits behind
/// the last of some tokens from nothing but the file.
struct ReferenceDecoder {
  private let sizes: DecoderConfiguration
  private let tensors: DecoderTensors
  private let bytes: ModelBytes
  private let rotation: RotaryEmbedding

  init(_ model: LanguageModel) {
    sizes = model.sizes
    tensors = model.tensors
    bytes = model.bytes
    rotation = model.rotation
  }

  func logits(_ tokens: [UInt32]) -> [Float] {
    let width = sizes.width
    var stream = tokens.map { row(of: tensors.embedding, Int($0)) }
    for layer in tensors.layers {
      let normal = stream.map { normalized($0, by: layer.attentionNorm) }
      let query = normal.enumerated().map { turned(product($1, layer.query), at: $0) }
      let key = normal.enumerated().map { turned(product($1, layer.key), at: $0) }
      let value = normal.map { product($0, layer.value) }
      for position in tokens.indices {
        let attention = attention(
          query[position], Array(key[...position]), Array(value[...position]))
        stream[position] = sum(product(attention, layer.attentionOutput), stream[position])
      }
      for position in tokens.indices {
        let normal = normalized(stream[position], by: layer.hiddenNorm)
        let gate = product(normal, layer.gate)
        let up = product(normal, layer.up)
        let exponentials = ElementaryFunctions.exp(gate.map { -$0 })
        let hidden = gate.indices.map { (gate[$0] * (1 / (1 + exponentials[$0]))) * up[$0] }
        stream[position] = sum(product(hidden, layer.down), stream[position])
      }
    }
    guard let last = stream.last, last.count == width else { return [] }
    return product(normalized(last, by: tensors.outputNorm), tensors.output)
  }
}

// MARK: - Weights

extension ReferenceDecoder {
  private func content(_ entry: TensorEntry, row: Int) -> [UInt8] {
    let size = entry.bytes.count / (entry.elementCount / entry.rowLength)
    let start = entry.bytes.lowerBound + row * size
    return bytes.withBytes { span in (start..<start + size).map { span[$0] } }
  }

  private func row(of entry: TensorEntry, _ index: Int) -> [Float] {
    var elements: [Float] = []
    try? BlockDecoder.decode(entry.encoding, content(entry, row: index).span, into: &elements)
    return elements
  }

  private func product(_ x: [Float], _ entry: TensorEntry) -> [Float] {
    (0..<entry.shape[0]).map { output in
      switch entry.encoding {
      case .q8_0, .q4_0, .q4_1: blockProduct(x, entry.encoding, content(entry, row: output))
      default: chain(x, row(of: entry, output))
      }
    }
  }

  /// Blocks of 256, each a chain of fused multiply-adds from +0, folded from the left.
  private func chain(_ a: [Float], _ b: [Float]) -> Float {
    var total: Float = 0
    for start in stride(from: 0, to: a.count, by: 256) {
      var sum: Float = 0
      for index in start..<min(start + 256, a.count) { sum.addProduct(a[index], b[index]) }
      total = start == 0 ? sum : total + sum
    }
    return total
  }

  /// Exact integer products of blocks of 32, chained in their order.
  private func blockProduct(_ x: [Float], _ encoding: TensorEncoding, _ row: [UInt8]) -> Float {
    var result: Float = 0
    for block in 0..<x.count / 32 {
      let (numbers, scale) = quantized(Array(x[block * 32..<block * 32 + 32]))
      let data = Array(row[block * encoding.blockBytes..<(block + 1) * encoding.blockBytes])
      let factor = FloatFormats.float16(UInt16(data[0]) | UInt16(data[1]) << 8)
      let weights: [Int] = (0..<32).map { index in
        switch encoding {
        case .q8_0: Int(Int8(bitPattern: data[2 + index]))
        case .q4_0: Int(data[2 + index % 16] >> (index < 16 ? 0 : 4) & 15) - 8
        default: Int(data[4 + index % 16] >> (index < 16 ? 0 : 4) & 15)
        }
      }
      let dot = zip(numbers, weights).reduce(0) { $0 + $1.0 * $1.1 }
      result.addProduct(Float(dot), factor * scale)
      if encoding == .q4_1 {
        let minimum = FloatFormats.float16(UInt16(data[2]) | UInt16(data[3]) << 8)
        result.addProduct(minimum, scale * Float(numbers.reduce(0, +)))
      }
    }
    return result
  }

  private func quantized(_ x: [Float]) -> (numbers: [Int], scale: Float) {
    let greatest = x.reduce(0) { max($0, abs($1)) }
    let inverse = 127 / greatest
    let zeros = [Int](repeating: 0, count: 32)
    if x.contains(where: { !$0.isFinite }) { return (zeros, .nan) }
    if inverse.isInfinite { return (zeros, 0) }
    return (x.map { Int(($0 * inverse).rounded(.toNearestOrEven)) }, greatest / 127)
  }
}

// MARK: - Rows

extension ReferenceDecoder {
  private func sum(_ a: [Float], _ b: [Float]) -> [Float] {
    zip(a, b).map { $0 + $1 }
  }

  /// 32 lanes in blocks of 4096, lanes folded by halves, blocks from the left.
  private func laneSum(
    _ count: Int, _ add: (inout Float, Int) -> Void
  ) -> Float {
    var total: Float = 0
    for start in stride(from: 0, to: count, by: 4096) {
      var lanes = [Float](repeating: 0, count: 32)
      for index in start..<min(start + 4096, count) { add(&lanes[(index - start) % 32], index) }
      for half in [16, 8, 4, 2, 1] {
        for lane in 0..<half { lanes[lane] += lanes[lane + half] }
      }
      total = start == 0 ? lanes[0] : total + lanes[0]
    }
    return total
  }

  private func normalized(_ x: [Float], by entry: TensorEntry) -> [Float] {
    let gamma = row(of: entry, 0)
    let mean = laneSum(x.count) { $0.addProduct(x[$1], x[$1]) } / Float(x.count)
    let reciprocal = 1 / (mean + sizes.epsilon).squareRoot()
    return x.indices.map { (x[$0] * reciprocal) * gamma[$0] }
  }

  private func turned(_ row: [Float], at position: Int) -> [Float] {
    let (sines, cosines) = rotation.turns(at: position)
    var result = row
    for head in 0..<row.count / sizes.headWidth {
      for pair in 0..<sizes.rotaryWidth / 2 {
        let index = head * sizes.headWidth + 2 * pair
        result[index] = row[index] * cosines[pair] - row[index + 1] * sines[pair]
        result[index + 1] = row[index] * sines[pair] + row[index + 1] * cosines[pair]
      }
    }
    return result
  }

  private func attention(_ query: [Float], _ keys: [[Float]], _ values: [[Float]]) -> [Float] {
    let width = sizes.headWidth
    let scale = 1 / Float(width).squareRoot()
    return (0..<sizes.headCount).flatMap { head in
      let own = Array(query[head * width..<(head + 1) * width])
      let place = head / sizes.groupSize * width
      let scores = keys.map { scale * chain(own, Array($0[place..<place + width])) }
      let weights = softmax(scores)
      return (0..<width).map { element in chain(weights, values.map { $0[place + element] }) }
    }
  }

  private func softmax(_ x: [Float]) -> [Float] {
    let greatest = x.reduce(-.infinity) { $0.isNaN || $1.isNaN ? .nan : max($0, $1) }
    let exponentials = ElementaryFunctions.exp(x.map { $0 - greatest })
    let reciprocal = 1 / laneSum(x.count) { $0 += exponentials[$1] }
    return exponentials.map { $0 * reciprocal }
  }
}
