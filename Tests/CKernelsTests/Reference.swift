/// The rules of Semantics.md in their plainest form.
enum Reference {
  static let canonicalNaN = Float(bitPattern: 0x7FC0_0000)

  static func canonical(_ x: Float) -> Float { x.isNaN ? canonicalNaN : x }

  /// Chains of 256 fused multiply-adds, their sums added from the left.
  static func dot(_ count: Int, _ a: (Int) -> Float, _ b: (Int) -> Float) -> Float {
    var total: Float = 0
    for start in stride(from: 0, to: count, by: 256) {
      var sum: Float = 0
      for k in start..<min(start + 256, count) { sum.addProduct(a(k), b(k)) }
      total = start == 0 ? sum : total + sum
    }
    return total
  }

  static func product(_ a: [Float], _ b: [Float], m: Int, n: Int, k: Int) -> [Float] {
    (0..<m * n).map { index in
      let i = index / n
      let j = index % n
      return canonical(dot(k, { a[i * k + $0] }, { b[$0 * n + j] }))
    }
  }

  /// Thirty-two lanes in blocks of 4096; `add` puts a term on a lane.
  static func laneSum(_ x: [Float], _ add: (Float, Int) -> Float) -> Float {
    var total: Float = 0
    for start in stride(from: 0, to: x.count, by: 4096) {
      var lanes = [Float](repeating: 0, count: 32)
      for i in start..<min(start + 4096, x.count) {
        lanes[(i - start) % 32] = add(lanes[(i - start) % 32], i)
      }
      var half = 16
      while half > 0 {
        for lane in 0..<half { lanes[lane] += lanes[lane + half] }
        half /= 2
      }
      total = start == 0 ? lanes[0] : total + lanes[0]
    }
    return total
  }

  static func sum(_ x: [Float]) -> Float { laneSum(x) { $0 + x[$1] } }

  static func squares(_ x: [Float]) -> Float { laneSum(x) { $0.addingProduct(x[$1], x[$1]) } }
}
