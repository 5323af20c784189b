internal import CKernels

extension GraphCompiler {
  mutating func forward(_ index: Int) {
    let node = graph.nodes[index]
    let inputs = node.inputs.map { operand($0) }
    let first = value(node.inputs[0])
    // A part of a value lies where the value does.
    if case .firstRows = node.operation { return share(node.inputs[0], as: node.output) }
    let y = place(node.output)
    switch node.operation {
    case .matmul(let transposesB, let hasBias, let hasResidual):
      let k = first.width
      let n = value(node.output).width
      let rows = value(node.output).rows
      tape.append(REE_TAPE_MATMUL) { op in
        op.a = inputs[0]
        op.b = inputs[1]
        if hasBias { op.c = inputs[2] }
        if hasResidual { op.d = inputs[hasBias ? 3 : 2] }
        op.y = y
        op.setSizes(rows, n, k)
        op.setStrides(a: (k, 1), b: transposesB ? (1, k) : (n, 1), y: n, d: n)
      }
    case .add, .multiply:
      let period = value(node.inputs[1]).count
      let kind = node.operation == .add ? REE_TAPE_ADD : REE_TAPE_MUL
      tape.append(kind) { op in
        op.a = inputs[0]
        op.b = inputs[1]
        op.y = y
        op.setSizes(0, first.count, period)
      }
    case .scale(let factor):
      tape.append(REE_TAPE_SCALE) { op in
        op.a = inputs[0]
        op.y = y
        op.alpha = factor
        op.setSizes(0, first.count, 0)
      }
    case .gelu:
      let slope = isDifferentiated ? keep(first.count, for: index) : Operand.none.encoded
      tape.append(isDifferentiated ? REE_TAPE_GELU_SLOPE : REE_TAPE_GELU) { op in
        op.a = inputs[0]
        op.y = y
        op.y2 = slope
        op.setSizes(0, first.count, 0)
      }
    case .softmax:
      tape.append(REE_TAPE_SOFTMAX) { op in
        op.a = inputs[0]
        op.y = y
        op.setSizes(first.rows, first.width, 0)
      }
    case .layerNorm(let epsilon):
      let (mean, reciprocal) = (keep(first.rows, for: index), keep(first.rows, for: index))
      tape.append(REE_TAPE_LAYER_NORM) { op in
        op.a = inputs[0]
        op.b = inputs[1]
        op.c = inputs[2]
        op.y = y
        op.y2 = mean
        op.y3 = reciprocal
        op.alpha = epsilon
        op.setSizes(first.rows, first.width, 0)
      }
    case .attention(let heads, let sequence):
      attention(index, inputs[0], y, AttentionSizes(first, heads: heads, sequence: sequence))
    case .gather:
      let rows = value(node.inputs[1]).count
      tape.append(REE_TAPE_GATHER) { op in
        op.a = inputs[0]
        op.b = inputs[1]
        op.y = y
        op.setSizes(rows, first.width, first.rows)
      }
    case .firstRows: break
    case .crossEntropy:
      let losses = scratch(first.rows)
      let softmax = keep(first.count, for: index)
      tape.append(REE_TAPE_CROSS_ENTROPY) { op in
        op.a = inputs[0]
        op.b = inputs[1]
        op.y = softmax
        op.y2 = losses
        op.setSizes(first.rows, first.width, 0)
      }
      tape.append(REE_TAPE_MEAN) { op in
        op.a = losses
        op.y = y
        op.setSizes(0, first.rows, 0)
      }
    }
  }

  private mutating func attention(
    _ index: Int, _ qkv: UInt64, _ y: UInt64, _ sizes: AttentionSizes
  ) {
    let scores = keep(sizes.scoreCount, for: index)
    tape.append(REE_TAPE_MATMUL) { op in
      op.a = qkv
      op.b = qkv + UInt64(sizes.width)
      op.y = scores
      op.alpha = sizes.scale
      op.setSizes(sizes.sequence, sizes.sequence, sizes.headWidth)
      op.setStrides(a: (3 * sizes.width, 1), b: (1, 3 * sizes.width), y: sizes.sequence)
      op.setBatch(sizes, a: sizes.projection, b: sizes.projection, y: sizes.scores)
    }
    tape.append(REE_TAPE_SOFTMAX) { op in
      op.a = scores
      op.y = scores
      op.setSizes(sizes.scoreCount / sizes.sequence, sizes.sequence, sizes.sequence)
    }
    tape.append(REE_TAPE_MATMUL) { op in
      op.a = scores
      op.b = qkv + UInt64(2 * sizes.width)
      op.y = y
      op.setSizes(sizes.sequence, sizes.headWidth, sizes.sequence)
      op.setStrides(a: (sizes.sequence, 1), b: (3 * sizes.width, 1), y: sizes.width)
      op.setBatch(sizes, a: sizes.scores, b: sizes.projection, y: sizes.output)
    }
  }
}

/// How the heads of an attention lie in its tensors.
struct AttentionSizes {
  let batch: Int
  let heads: Int
  let sequence: Int
  let width: Int

  var headWidth: Int { width / heads }
  var scoreCount: Int { batch * heads * sequence * sequence }
  /// 1 / sqrt(head's width), each operation rounded.
  var scale: Float { 1 / Float(headWidth).squareRoot() }

  /// From one sequence to the next and from one head to the next.
  typealias Steps = (sequence: Int, head: Int)
  var projection: Steps { (sequence * 3 * width, headWidth) }
  var output: Steps { (sequence * width, headWidth) }
  var scores: Steps { (heads * sequence * sequence, sequence * sequence) }

  init(_ projection: TrainingGraph.Value, heads: Int, sequence: Int) {
    batch = projection.rows / sequence
    self.heads = heads
    self.sequence = sequence
    width = projection.width / 3
  }
}

extension ree_tape_op {
  mutating func setSizes(_ m: Int, _ n: Int, _ k: Int) {
    self.m = UInt64(m)
    self.n = UInt64(n)
    self.k = UInt64(k)
  }

  mutating func setStrides(a: (Int, Int), b: (Int, Int), y: Int, d: Int = 0) {
    a_row = UInt64(a.0)
    a_col = UInt64(a.1)
    b_row = UInt64(b.0)
    b_col = UInt64(b.1)
    y_row = UInt64(y)
    d_row = UInt64(d)
  }

  /// One product for each head of each sequence.
  mutating func setBatch(
    _ sizes: AttentionSizes, a: AttentionSizes.Steps, b: AttentionSizes.Steps,
    y: AttentionSizes.Steps
  ) {
    outer = UInt64(sizes.batch)
    inner = UInt64(sizes.heads)
    a_outer = UInt64(a.sequence)
    a_inner = UInt64(a.head)
    b_outer = UInt64(b.sequence)
    b_inner = UInt64(b.head)
    y_outer = UInt64(y.sequence)
    y_inner = UInt64(y.head)
  }
}
