internal import Schema
internal import SwiftProtobuf

/// Demands as people write them: `gpu.count>=2 region=eu*`, also in Vast.ai's words.
enum ConstraintText {
  /// Vast.ai's search words by our names of the same.
  static let words: [String: String] = [
    "num_gpus": "gpu.count", "gpu_name": "gpu.name", "gpu_ram": "gpu.memory.gigabytes",
    "gpu_mem_bw": "gpu.memory.bandwidth", "gpu_frac": "gpu.fraction", "cuda_vers": "gpu.cuda",
    "pcie_bw": "pcie.bandwidth", "cpu_cores": "cpu.cores", "cpu_ram": "memory.gigabytes",
    "disk_bw": "disk.bandwidth", "disk_space": "disk.gigabytes", "inet_up": "network.up",
    "inet_down": "network.down", "inet_up_cost": "network.up_price",
    "inet_down_cost": "network.down_price", "storage_cost": "disk.price", "dph": "price.hour",
    "min_bid": "price.minimum", "dlperf": "benchmark.score", "dlperf_usd": "benchmark.score_price",
    "flops_usd": "benchmark.flops_price", "duration": "lease.days", "reliability": "reliability",
    "verified": "verified", "datacenter": "datacenter", "static_ip": "network.static",
    "geolocation": "region", "rentable": "rentable", "vms_enabled": "machine.virtual",
  ]

  private static let operators: [(String, Gensyn_Market_V1.ComparisonKind)] = [
    (">=", .atLeast), ("<=", .atMost), ("!=", .equal), (">", .greater), ("<", .less),
    ("=", .equal),
  ]

  /// All of the demands, which blanks separate.
  static func parse(_ text: String) throws(UserError) -> Gensyn_Market_V1.Constraint {
    var constraints: [Gensyn_Market_V1.Constraint] = []
    for part in text.split(separator: " ") { constraints.append(try comparison(String(part))) }
    let all = constraints
    return all.isEmpty ? .init() : .with { $0.allOf.constraints = all }
  }

  private static func comparison(
    _ text: String
  ) throws(UserError) -> Gensyn_Market_V1.Constraint {
    for (sign, kind) in operators {
      guard let range = text.firstRange(of: sign) else { continue }
      let comparison = Gensyn_Market_V1.Comparison.with {
        $0.kind = kind
        $0.property = property(
          String(text[..<range.lowerBound]), String(text[range.upperBound...]))
      }
      if sign == "!=" { return .with { $0.noneOf.comparison = comparison } }
      return .with { $0.comparison = comparison }
    }
    throw UserError("\"\(text)\" is no demand: write name>=value")
  }

  /// A property of `name=value`.
  static func property(_ text: String) throws(UserError) -> Gensyn_Market_V1.Property {
    guard let range = text.firstRange(of: "=") else {
      throw UserError("\"\(text)\" is no property: write name=value")
    }
    return property(String(text[..<range.lowerBound]), String(text[range.upperBound...]))
  }

  private static func property(_ name: String, _ value: String) -> Gensyn_Market_V1.Property {
    .with {
      $0.name = words[name] ?? name
      if let number = Int64(value) {
        $0.integer = number
      } else if let number = Double(value) {
        $0.number = number
      } else if value == "true" || value == "false" {
        $0.flag = value == "true"
      } else {
        $0.text = value
      }
    }
  }
}
