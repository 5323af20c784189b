internal import Chain
internal import JSONTree
internal import Tracers

/// What a trace is to show (geth's `TraceConfig`).
struct TraceOptions {
  enum Tracer {
    case instructions(StructLogTracer.Options)
    case calls(CallTracer.Options)
    case prestate(PrestateTracer.Options)
    case selectors
    case nothing
  }

  var tracer = Tracer.instructions(StructLogTracer.Options())
  var stateOverrides: StateOverrides = [:]
  var blockOverrides = BlockOverrides()

  init() {}

  init(_ json: JSON) throws(BadValue) {
    guard json.members != nil else { throw BadValue.type(json, "tracers.TraceConfig") }
    if let overrides = json["stateOverrides"] {
      stateOverrides = try StateOverrides(json: overrides)
    }
    if let overrides = json["blockOverrides"] { blockOverrides = try BlockOverrides(overrides) }
    let settings = json["tracerConfig"] ?? .object([])
    switch json["tracer"]?.string {
    case nil:
      var options = StructLogTracer.Options()
      options.hasStack = !json.flag("disableStack")
      options.hasStorage = !json.flag("disableStorage")
      options.hasMemory = json.flag("enableMemory")
      options.hasReturnData = json.flag("enableReturnData")
      if case .number(let text)? = json["limit"], let limit = Int(text), limit > 0 {
        options.countMax = limit
      }
      tracer = .instructions(options)
    case "callTracer":
      var options = CallTracer.Options()
      options.onlyTopCall = settings.flag("onlyTopCall")
      options.hasLogs = settings.flag("withLog")
      tracer = .calls(options)
    case "prestateTracer":
      var options = PrestateTracer.Options()
      options.isDiff = settings.flag("diffMode")
      options.hasCode = !settings.flag("disableCode")
      options.hasStorage = !settings.flag("disableStorage")
      options.includesEmpty = settings.flag("includeEmpty")
      tracer = .prestate(options)
    case "4byteTracer": tracer = .selectors
    case "noopTracer": tracer = .nothing
    case let name?: throw BadValue("unknown tracer \"\(name.prefix(100))\"")
    }
  }
}

extension JSON {
  fileprivate func flag(_ key: String) -> Bool { self[key] == .bool(true) }
}
