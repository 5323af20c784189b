import ArgumentParser
import GensynClient
import RPC
import RPCClient
import Testing

@testable import gensyn

@Suite
struct SettingsTests {
  private func settings(
    _ arguments: [String] = [], _ environment: [String: String] = [:]
  ) throws -> Settings {
    try GlobalOptions.parse(arguments).settings(environment: environment)
  }

  private func withProfiles(_ body: ([String: String]) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try write(
        """
        {"default": "home", "profiles": {
          "home": {"gateway": "home:1", "output": "json", "headers": {"x-team": "$TEAM"}},
          "work": {"gateway": "work:2", "timeout": "5s", "protocol": "connect", "http1": true}}}
        """, to: "\(folder)/config.json")
      try body(["GENSYN_CONFIG": "\(folder)/config.json", "TEAM": "red"])
    }
  }

  @Test
  func `without anything the local gateway is meant`() throws {
    let settings = try settings()
    #expect(settings.gateway == "127.0.0.1:50051")
    #expect(settings.output == .table)
    #expect(settings.configuration.channel.http == .http2)
  }

  @Test
  func `options come before the environment, and that before the profile`() throws {
    try withProfiles { (environment) throws in
      #expect(try settings([], environment).gateway == "home:1")
      let both = environment.merging(["GENSYN_GATEWAY": "env:3"]) { $1 }
      #expect(try settings([], both).gateway == "env:3")
      #expect(try settings(["--gateway", "option:4"], both).gateway == "option:4")
    }
  }

  @Test
  func `a profile sets what it names`() throws {
    try withProfiles { (environment) throws in
      let home = try settings([], environment)
      #expect(home.output == .json)
      #expect(home.configuration.defaults.metadata["x-team"] == "red")
      let work = try settings(["--profile", "work"], environment)
      #expect(work.output == .table)
      #expect(work.configuration.defaults.timeout == .seconds(5))
      #expect(work.configuration.channel.wire == .connect)
      #expect(work.configuration.channel.http == .http1)
      #expect(throws: UserError.self) { try settings(["--profile", "play"], environment) }
    }
  }

  @Test
  func `a configuration file that is none is refused`() throws {
    try withTemporaryFolder { folder in
      try write("{\"profiles\": {\"a\": {\"tls\": 1}}}", to: "\(folder)/config.json")
      #expect(throws: UserError.self) {
        try settings([], ["GENSYN_CONFIG": "\(folder)/config.json"])
      }
    }
  }

  @Test(arguments: [
    ["--http1"], ["--plaintext", "--tls"], ["--cert", "a"], ["--insecure", "--cacert", "a"],
    ["--plaintext", "--gateway", "https://a"], ["--tls", "--gateway", "http://a"],
  ])
  func `contradictions are refused`(arguments: [String]) {
    #expect(throws: UserError.self) { try settings(arguments) }
  }

  @Test(arguments: [
    ("500ms", Duration.milliseconds(500)), ("2", .seconds(2)), ("1.5m", .seconds(90)),
    ("1h", .seconds(3600)), ("10us", .microseconds(10)),
  ])
  func `durations have units`(text: String, duration: Duration) throws {
    #expect(try DurationText.parse(text) == duration)
  }

  @Test(arguments: ["", "s", "-1s", "0", "1d", "nan", "inf", "1e300h"])
  func `other texts are no durations`(text: String) {
    #expect(throws: UserError.self) { try DurationText.parse(text) }
  }
}
