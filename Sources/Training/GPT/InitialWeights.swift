internal import CKernels
internal import REE

/// A GPT's first weights: a function of the configuration's seed alone.
///
/// A normal number is made by Box and Muller's transform from two words of Philox at the counter
/// (0, 0, parameter's number, element's index), each operation rounded to binary32:
/// `u = ((w0 >> 8) + 1) * 2^-24`, `v = (w1 >> 8) * 2^-24`,
/// `sqrt(-2 * log(u)) * cos(6.2831855 * v) * deviation`.
struct InitialWeights {
  let philox: Philox4x32

  init(seed: UInt64) {
    philox = Philox4x32(seed: seed)
  }

  func elements(of parameter: GPTParameters.Parameter, number: Int) -> [Float] {
    switch parameter.initial {
    case .zeros: [Float](repeating: 0, count: parameter.count)
    case .ones: [Float](repeating: 1, count: parameter.count)
    case .normal(let deviation): normals(parameter.count, number: number, deviation)
    }
  }

  private func normals(_ count: Int, number: Int, _ deviation: Float) -> [Float] {
    var radii: [Float] = []
    var angles: [Float] = []
    radii.reserveCapacity(count)
    angles.reserveCapacity(count)
    for index in 0..<count {
      let words = philox.words((0, 0, UInt32(clamping: number), UInt32(clamping: index)))
      radii.append((Float(words.0 >> 8) + 1) * 0x1p-24)
      angles.append(6.2831855 * (Float(words.1 >> 8) * 0x1p-24))
    }
    unsafe apply(ree_log, &radii)
    for index in radii.indices { radii[index] = -2 * radii[index] }
    unsafe apply(ree_sqrt, &radii)
    unsafe apply(ree_cos, &angles)
    return zip(radii, angles).map { ($0 * $1) * deviation }
  }

  private typealias Function = (
    UnsafePointer<Float>?, UnsafeMutablePointer<Float>?, Int
  ) -> Void

  private func apply(_ function: Function, _ elements: inout [Float]) {
    unsafe elements.withUnsafeMutableBufferPointer {
      unsafe function($0.baseAddress, $0.baseAddress, $0.count)
    }
  }
}
