@testable import Training
import Foundation

/// A graph's loss in binary64, written from the operations' descriptions: what gradients are
/// differences of.
struct DoubleReference {
  let graph: TrainingGraph
  let indices: [Int]
  let targets: [Int]

  func loss(_ parameters: [[Double]]) -> Double {
    var values = [[Double]](repeating: [], count: graph.values.count)
    for (number, id) in graph.parameters.enumerated() { values[id.index] = parameters[number] }
    for node in graph.nodes {
      let inputs = node.inputs.map { values[$0.index] }
      let shapes = node.inputs.map { graph[$0].shape }
      values[node.output.index] = apply(node.operation, inputs, shapes)
    }
    return graph.nodes.last.map { values[$0.output.index][0] } ?? 0
  }

  private func apply(
    _ operation: Training.Operation, _ inputs: [[Double]], _ shapes: [[Int]]
  ) -> [Double] {
    let a = inputs[0]
    let width = shapes[0].last ?? 1
    switch operation {
    case .matmul(let transposesB, let hasBias, let hasResidual):
      let n = transposesB ? shapes[1][0] : shapes[1][1]
      return (0..<a.count / width).flatMap { i in
        (0..<n).map { j in
          var sum = 0.0
          for k in 0..<width {
            sum += a[i * width + k] * inputs[1][transposesB ? j * width + k : k * n + j]
          }
          if hasBias { sum += inputs[2][j] }
          if hasResidual { sum += inputs[hasBias ? 3 : 2][i * n + j] }
          return sum
        }
      }
    case .add: return a.indices.map { a[$0] + inputs[1][$0 % inputs[1].count] }
    case .multiply: return a.indices.map { a[$0] * inputs[1][$0 % inputs[1].count] }
    case .scale(let factor): return a.map { $0 * Double(factor) }
    case .gelu: return a.map { $0 * 0.5 * (1 + erf($0 / 2.0.squareRoot())) }
    case .softmax: return rows(a, width).flatMap(softmax)
    case .layerNorm(let epsilon):
      return rows(a, width).flatMap { row in
        let mean = row.reduce(0, +) / Double(width)
        let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
        let scale = 1 / (variance + Double(epsilon)).squareRoot()
        return row.indices.map { (row[$0] - mean) * scale * inputs[1][$0] + inputs[2][$0] }
      }
    case .attention(let heads, let sequence):
      return attention(a, rows: shapes[0][0], width: width / 3, heads, sequence)
    case .gather: return indices.flatMap { a[$0 * width..<($0 + 1) * width] }
    case .firstRows(let count): return Array(a.prefix(count * width))
    case .crossEntropy:
      let losses = rows(a, width).enumerated().map { -log(softmax($1)[targets[$0]]) }
      return [losses.reduce(0, +) / Double(losses.count)]
    }
  }

  private func rows(_ a: [Double], _ width: Int) -> [[Double]] {
    stride(from: 0, to: a.count, by: width).map { Array(a[$0..<$0 + width]) }
  }

  private func softmax(_ row: [Double]) -> [Double] {
    let greatest = row.max() ?? 0
    let terms = row.map { exp($0 - greatest) }
    let sum = terms.reduce(0, +)
    return terms.map { $0 / sum }
  }

  private func attention(
    _ a: [Double], rows: Int, width: Int, _ heads: Int, _ sequence: Int
  ) -> [Double] {
    let head = width / heads
    var result = [Double](repeating: 0, count: rows * width)
    for row in 0..<rows {
      let first = row / sequence * sequence
      for h in 0..<heads {
        let scores = (first...row).map { other in
          (0..<head).reduce(0.0) {
            $0 + a[row * 3 * width + h * head + $1] * a[other * 3 * width + width + h * head + $1]
          } / Double(head).squareRoot()
        }
        for (index, weight) in softmax(scores).enumerated() {
          for d in 0..<head {
            result[row * width + h * head + d] +=
              weight * a[(first + index) * 3 * width + 2 * width + h * head + d]
          }
        }
      }
    }
    return result
  }
}
