internal import Foundation

/// What the process uses, as Linux tells it under `/proc/self`.
struct ProcessMetrics {
  var residentBytes = 0
  var virtualBytes = 0
  var cpuSeconds = 0.0
  var threadCount = 0
  var openFileCount = 0

  /// Times in `/proc` come in hundredths of a second on every architecture (proc(5), `USER_HZ`).
  private static let ticksPerSecond = 100.0

  static func read() -> ProcessMetrics {
    var metrics = ProcessMetrics()
    let stat = (try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8)) ?? ""
    // The name of the program, in parentheses, may hold spaces.
    let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
    if fields.count > 22 {
      // Counted from the state, which is field 3 of the manual page.
      metrics.cpuSeconds =
        ((Double(fields[12]) ?? 0) + (Double(fields[13]) ?? 0)) / ticksPerSecond
      metrics.threadCount = Int(fields[18]) ?? 0
      metrics.virtualBytes = Int(fields[21]) ?? 0
      metrics.residentBytes = (Int(fields[22]) ?? 0) * Int(NSPageSize())
    }
    let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
    metrics.openFileCount = files?.count ?? 0
    return metrics
  }

  func append(to text: inout PrometheusText) {
    text.begin("process_cpu_seconds_total", .counter, "Time on a processor, in seconds.")
    text.sample("process_cpu_seconds_total", cpuSeconds)
    text.begin("process_resident_memory_bytes", .gauge, "Memory in use, in bytes.")
    text.sample("process_resident_memory_bytes", residentBytes)
    text.begin("process_virtual_memory_bytes", .gauge, "Addresses in use, in bytes.")
    text.sample("process_virtual_memory_bytes", virtualBytes)
    text.begin("process_open_fds", .gauge, "Files and sockets that are open.")
    text.sample("process_open_fds", openFileCount)
    text.begin("process_threads", .gauge, "Threads of the process.")
    text.sample("process_threads", threadCount)
  }
}
