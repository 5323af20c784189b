internal import Foundation

@main
enum Program {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 4, let count = Int(arguments[2]) else {
      print("usage: bench-market bare|whole MESSAGES JOURNAL")
      exit(2)
    }
    let messages = Messages(count: count)
    if arguments[1] == "whole" {
      var run = try Whole(journal: arguments[3])
      try run.prepare(messages)
      let clocks = Clocks()
      try run.play(messages.messages)
      report(count, clocks, run.tally)
      let replays = try run.replays()
      print("{\"replays\":\(replays)}")
      exit(replays ? 0 : 1)
    }
    var run = Bare(messages)
    let clocks = Clocks()
    run.play(messages.messages)
    report(count, clocks, run.tally)
  }

  static func report(_ count: Int, _ start: Clocks, _ tally: Tally) {
    let end = Clocks()
    print(
      "{\"messages\":\(count),\"cpu_s\":\(end.cpu - start.cpu),\"wall_s\":\(end.wall - start.wall)"
        + ",\"fills\":\(tally.fills),\"volume\":\(tally.volume)}")
  }
}

/// Seconds of this process's processor time, and of the wall's.
struct Clocks {
  let cpu = Double(clock()) / Double(CLOCKS_PER_SEC)
  let wall = ProcessInfo.processInfo.systemUptime
}
