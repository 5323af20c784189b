internal import CKernels

/// A learning rate that grows, then falls along a cosine.
public struct LearningRateSchedule: Hashable, Sendable {
  /// The highest rate.
  public var peak: Float
  /// Steps of linear growth; the first has `peak / warmupSteps`.
  public var warmupSteps: UInt64
  /// Steps of the fall; 0: the rate stays.
  public var decaySteps: UInt64
  /// The rate after the fall.
  public var floor: Float

  public init(peak: Float, warmupSteps: UInt64 = 0, decaySteps: UInt64 = 0, floor: Float = 0) {
    self.peak = peak
    self.warmupSteps = warmupSteps
    self.decaySteps = decaySteps
    self.floor = floor
  }

  func check() throws(TrainingRefusal) {
    guard peak > 0, peak.isFinite else {
      throw .value("configuration.learning_rate.peak", "must be above 0")
    }
    guard floor >= 0, floor <= peak else {
      throw .value("configuration.learning_rate.floor", "must be from 0 on and not above the peak")
    }
  }

  /// The rate of a step, counted from 0; each operation is rounded to binary32:
  /// `peak * ((step + 1) / warmup)`, then `floor + (peak - floor) * (0.5 * (1 + cos(pi * share)))`.
  public func rate(at step: UInt64) -> Float {
    if step < warmupSteps { return peak * (Float(step + 1) / Float(warmupSteps)) }
    guard decaySteps > 0 else { return peak }
    let done = step - warmupSteps
    guard done < decaySteps else { return floor }
    let angle = Float.pi * (Float(done) / Float(decaySteps))
    var cosine: Float = 0
    unsafe withUnsafePointer(to: angle) { unsafe ree_cos($0, &cosine, 1) }
    return floor + (peak - floor) * (0.5 * (1 + cosine))
  }
}
