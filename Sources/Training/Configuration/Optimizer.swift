/// How parameters follow gradients. Weight decay takes effect on matrices alone.
public enum Optimizer: Hashable, Sendable {
  /// Adam with decoupled weight decay (Loshchilov, Hutter 2019).
  case adamW(beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8, decay: Float = 0)
  /// Gradient descent, with momentum unless that is 0.
  case sgd(momentum: Float = 0, decay: Float = 0)

  func check() throws(TrainingRefusal) {
    switch self {
    case .adamW(let beta1, let beta2, let epsilon, let decay):
      for (name, beta) in [("beta1", beta1), ("beta2", beta2)] where !(beta >= 0 && beta < 1) {
        throw .value("configuration.adam_w.\(name)", "must be from 0 on and below 1")
      }
      guard epsilon > 0, epsilon.isFinite else {
        throw .value("configuration.adam_w.epsilon", "must be above 0")
      }
      try Self.check(decay, "adam_w")
    case .sgd(let momentum, let decay):
      guard momentum >= 0, momentum < 1 else {
        throw .value("configuration.sgd.momentum", "must be from 0 on and below 1")
      }
      try Self.check(decay, "sgd")
    }
  }

  private static func check(_ decay: Float, _ name: String) throws(TrainingRefusal) {
    guard decay >= 0, decay.isFinite else {
      throw .value("configuration.\(name).weight_decay", "must be a number from 0 on")
    }
  }

  /// What it remembers of every parameter, by name.
  var moments: [String] {
    switch self {
    case .adamW: ["adamw.m", "adamw.v"]
    case .sgd(let momentum, _): momentum == 0 ? [] : ["sgd.velocity"]
    }
  }
}
