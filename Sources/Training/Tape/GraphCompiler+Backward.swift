internal import CKernels

extension GraphCompiler {
  mutating func backward(_ index: Int) {
    let node = graph.nodes[index]
    if case .crossEntropy = node.operation { return crossEntropyGradient(index, node) }
    guard let dy = gradient(of: node.output) else { return }
    let first = node.inputs[0]
    switch node.operation {
    case .matmul(let transposesB, let hasBias, let hasResidual):
      matmulGradient(node, dy, transposesB: transposesB)
      if hasBias { sumGradient(to: node.inputs[2], dy, value(node.output).count) }
      if hasResidual { contribute(to: node.inputs[hasBias ? 3 : 2], lying: dy) }
    case .add:
      contribute(to: first, lying: dy)
      sumGradient(to: node.inputs[1], dy, value(first).count)
    case .multiply: multiplyGradient(node, dy)
    case .scale(let factor):
      let count = value(first).count
      contribute(to: first) { tape, target in
        tape.append(REE_TAPE_SCALE) { op in
          op.a = dy
          op.y = target
          op.alpha = factor
          op.setSizes(0, count, 0)
        }
      }
    case .gelu: productGradient(to: first, dy, kept(index), period: value(first).count)
    case .softmax:
      let sizes = value(first)
      let softmax = operand(node.output)
      contribute(to: first) { tape, target in
        tape.append(REE_TAPE_SOFTMAX_GRADIENT) { op in
          op.a = softmax
          op.b = dy
          op.y = target
          op.setSizes(sizes.rows, sizes.width, 0)
        }
      }
    case .layerNorm: layerNormGradient(index, node, dy)
    case .attention(let heads, let sequence):
      attentionGradient(
        node, dy, probabilities: kept(index),
        AttentionSizes(value(first), heads: heads, sequence: sequence))
    case .gather:
      let table = value(first)
      let indices = operand(node.inputs[1])
      let rows = value(node.inputs[1]).count
      contribute(to: first) { tape, target in
        tape.append(REE_TAPE_SCATTER_ADD) { op in
          op.a = dy
          op.b = indices
          op.y = target
          op.setSizes(rows, table.width, table.rows)
        }
      }
    case .firstRows(let rows):
      let whole = value(first)
      let count = rows * whole.width
      contribute(to: first) { tape, target in
        tape.append(REE_TAPE_COPY) { op in
          op.a = dy
          op.y = target
          op.setSizes(0, count, 0)
        }
        guard count < whole.count else { return }
        tape.append(REE_TAPE_ZERO) { op in
          op.y = target + UInt64(count)
          op.setSizes(0, whole.count - count, 0)
        }
      }
    case .crossEntropy: break
    }
  }

  private mutating func crossEntropyGradient(_ index: Int, _ node: TrainingGraph.Node) {
    let logits = value(node.inputs[0])
    let softmax = kept(index)
    let targets = operand(node.inputs[1])
    let scale = lossScale / Float(logits.rows)
    contribute(to: node.inputs[0]) { tape, target in
      tape.append(REE_TAPE_CROSS_ENTROPY_GRADIENT) { op in
        op.a = softmax
        op.b = targets
        op.y = target
        op.alpha = scale
        op.setSizes(logits.rows, logits.width, 0)
      }
    }
  }

  /// dA = dY B^T, and dB = A^T dY (of a transposed B: dY^T A).
  private mutating func matmulGradient(
    _ node: TrainingGraph.Node, _ dy: UInt64, transposesB: Bool
  ) {
    let (a, b) = (node.inputs[0], node.inputs[1])
    let (m, k) = (value(a).rows, value(a).width)
    let n = value(node.output).width
    let (aOperand, bOperand) = (operand(a), operand(b))
    let before = pending(a)
    let product: (inout TapeBuilder, UInt64) -> Void = { tape, target in
      tape.append(REE_TAPE_MATMUL) { op in
        op.a = dy
        op.b = bOperand
        op.y = target
        if let before { op.d = before }
        op.setSizes(m, k, n)
        op.setStrides(a: (n, 1), b: transposesB ? (k, 1) : (1, n), y: k, d: k)
      }
    }
    if before != nil {
      // The product adds what was collected so far by itself.
      let sum = scratch(m * k)
      product(&tape, sum)
      replaceGradient(of: a, sum)
    } else {
      contribute(to: a, product)
    }
    contribute(to: b) { tape, target in
      tape.append(REE_TAPE_MATMUL) { op in
        op.a = transposesB ? dy : aOperand
        op.b = transposesB ? aOperand : dy
        op.y = target
        if transposesB {
          op.setSizes(n, k, m)
          op.setStrides(a: (1, n), b: (k, 1), y: k)
        } else {
          op.setSizes(k, n, m)
          op.setStrides(a: (1, k), b: (n, 1), y: n)
        }
      }
    }
  }

  /// Sums a gradient of `count` elements over the repetitions of `id`.
  private mutating func sumGradient(
    to id: TrainingGraph.ValueID, _ dy: UInt64, _ count: Int
  ) {
    let period = value(id).count
    guard period < count else { return contribute(to: id, lying: dy) }
    contribute(to: id) { tape, target in
      tape.append(REE_TAPE_SUM_ROWS) { op in
        op.a = dy
        op.y = target
        op.setSizes(count / period, period, 0)
      }
    }
  }

  /// dy times a factor that repeats.
  private mutating func productGradient(
    to id: TrainingGraph.ValueID, _ dy: UInt64, _ factor: UInt64, period: Int
  ) {
    let count = value(id).count
    contribute(to: id) { tape, target in
      tape.append(REE_TAPE_MUL) { op in
        op.a = dy
        op.b = factor
        op.y = target
        op.setSizes(0, count, period)
      }
    }
  }

  private mutating func multiplyGradient(_ node: TrainingGraph.Node, _ dy: UInt64) {
    let (a, b) = (node.inputs[0], node.inputs[1])
    let count = value(a).count
    productGradient(to: a, dy, operand(b), period: value(b).count)
    let aOperand = operand(a)
    let products = scratch(count)
    tape.append(REE_TAPE_MUL) { op in
      op.a = dy
      op.b = aOperand
      op.y = products
      op.setSizes(0, count, count)
    }
    sumGradient(to: b, products, count)
  }

  private mutating func layerNormGradient(
    _ index: Int, _ node: TrainingGraph.Node, _ dy: UInt64
  ) {
    let sizes = value(node.inputs[0])
    let (x, gamma) = (operand(node.inputs[0]), operand(node.inputs[1]))
    let (mean, reciprocal) = (kept(index, 0), kept(index, 1))
    func set(_ op: inout ree_tape_op, _ target: UInt64) {
      op.a = x
      op.b = dy
      op.y = target
      op.y2 = mean
      op.y3 = reciprocal
      op.setSizes(sizes.rows, sizes.width, 0)
    }
    contribute(to: node.inputs[0]) { tape, target in
      tape.append(REE_TAPE_LAYER_NORM_GRADIENT) { op in
        set(&op, target)
        op.c = gamma
      }
    }
    contribute(to: node.inputs[1]) { tape, target in
      tape.append(REE_TAPE_GAMMA_GRADIENT) { op in set(&op, target) }
    }
    sumGradient(to: node.inputs[2], dy, sizes.count)
  }

  private mutating func attentionGradient(
    _ node: TrainingGraph.Node, _ dy: UInt64, probabilities: UInt64, _ sizes: AttentionSizes
  ) {
    let qkv = operand(node.inputs[0])
    let slopes = scratch(sizes.scoreCount)
    let (sequence, width) = (sizes.sequence, sizes.width)
    // dP = dY V^T, then through the softmax.
    tape.append(REE_TAPE_MATMUL) { op in
      op.a = dy
      op.b = qkv + UInt64(2 * width)
      op.y = slopes
      op.setSizes(sequence, sequence, sizes.headWidth)
      op.setStrides(a: (width, 1), b: (1, 3 * width), y: sequence)
      op.setBatch(sizes, a: sizes.output, b: sizes.projection, y: sizes.scores)
    }
    tape.append(REE_TAPE_SOFTMAX_GRADIENT) { op in
      op.a = probabilities
      op.b = slopes
      op.y = slopes
      op.setSizes(sizes.scoreCount / sequence, sequence, sequence)
    }
    contribute(to: node.inputs[0]) { tape, target in
      // dQ = scale * dS K
      tape.append(REE_TAPE_MATMUL) { op in
        op.a = slopes
        op.b = qkv + UInt64(width)
        op.y = target
        op.alpha = sizes.scale
        op.setSizes(sequence, sizes.headWidth, sequence)
        op.setStrides(a: (sequence, 1), b: (3 * width, 1), y: 3 * width)
        op.setBatch(sizes, a: sizes.scores, b: sizes.projection, y: sizes.projection)
      }
      // dK = scale * dS^T Q
      tape.append(REE_TAPE_MATMUL) { op in
        op.a = slopes
        op.b = qkv
        op.y = target + UInt64(width)
        op.alpha = sizes.scale
        op.setSizes(sequence, sizes.headWidth, sequence)
        op.setStrides(a: (1, sequence), b: (3 * width, 1), y: 3 * width)
        op.setBatch(sizes, a: sizes.scores, b: sizes.projection, y: sizes.projection)
      }
      // dV = P^T dY
      tape.append(REE_TAPE_MATMUL) { op in
        op.a = probabilities
        op.b = dy
        op.y = target + UInt64(2 * width)
        op.setSizes(sequence, sizes.headWidth, sequence)
        op.setStrides(a: (1, sequence), b: (width, 1), y: 3 * width)
        op.setBatch(sizes, a: sizes.scores, b: sizes.output, y: sizes.projection)
      }
    }
  }
}
