internal import Primitives

/// Writes code that does something: most instructions find what they need on the stack, calls go where
/// there is code, offsets are small. The same seed gives the same code everywhere.
struct RandomProgram {
  /// SplitMix64 (Steele, Lea and Flood, 2014).
  struct Numbers {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }

    mutating func below(_ bound: Int) -> Int {
      Int(next() % UInt64(max(bound, 1)))
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
      elements[below(elements.count)]
    }
  }

  /// What calls go to: contracts of the case, precompiled ones, an account without code and none at all.
  static let targets: [UInt64] =
    [0xC0, 0xC1, 0xC2, 0xC0, 0xC1, 0xC2, 0xA0, 0xDEAD, 0x100] + Array(1...17)

  private static let unary: [UInt8] = [0x15, 0x19, 0x1E, 0x35, 0x31, 0x3B, 0x3F, 0x40, 0x49, 0x54]
  private static let binary: [UInt8] = [
    0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x0A, 0x0B, 0x10, 0x11, 0x12, 0x13, 0x14, 0x16, 0x17,
    0x18, 0x1A, 0x1B, 0x1C, 0x1D,
  ]
  private static let ternary: [UInt8] = [0x08, 0x09]
  private static let nullary: [UInt8] = [
    0x30, 0x32, 0x33, 0x34, 0x36, 0x38, 0x3A, 0x3D, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48,
    0x4A, 0x58, 0x59, 0x5A, 0x5F,
  ]

  private var numbers: Numbers
  private var code: [UInt8] = []
  private var depth = 0

  init(seed: UInt64) {
    numbers = Numbers(state: seed)
  }

  mutating func make() -> [UInt8] {
    let count = 3 + numbers.below(45)
    for _ in 0..<count { statement() }
    if numbers.below(3) > 0 {
      push(UInt64(numbers.below(96)))
      push(UInt64(numbers.below(64)))
      code.append(numbers.pick([0xF3, 0xF3, 0xFD]))
    }
    return code
  }

  private mutating func statement() {
    switch numbers.below(40) {
    case 0..<6: pushRandom()
    case 6..<14: operate(Self.binary, 2)
    case 14..<17: operate(Self.unary, 1)
    case 17..<18: operate(Self.ternary, 3)
    case 18..<20:
      code.append(numbers.pick(Self.nullary))
      depth += 1
    case 20..<23: memory()
    case 23..<26: storage()
    case 26..<28: copy()
    case 28..<30: stack()
    case 30..<31: hash()
    case 31..<32: log()
    case 32..<35: call()
    case 35..<36: create()
    case 36..<38: jump()
    case 38..<39:
      if numbers.below(12) == 0 {
        push(numbers.pick(Self.targets))
        code.append(0xFF)
      }
    default:
      if numbers.below(10) == 0 { code.append(UInt8(truncatingIfNeeded: numbers.next())) }
    }
  }

  private mutating func push(_ number: UInt64) {
    let bytes = U256(number).minimalBytes
    code.append(0x5F + UInt8(bytes.count))
    code += bytes
    depth += 1
  }

  /// Numbers at the edges of their ranges as often as any others.
  private mutating func pushRandom() {
    switch numbers.below(6) {
    case 0: push(UInt64(numbers.below(5)))
    case 1: push(UInt64(numbers.below(300)))
    case 2:
      code.append(0x7F)
      code += [UInt8](repeating: 0xFF, count: 32)
      depth += 1
    case 3:
      code.append(0x7F)
      code +=
        [numbers.pick([0x80, 0x7F])] + [UInt8](repeating: numbers.pick([0, 0xFF]), count: 31)
      depth += 1
    default:
      let count = 1 + numbers.below(32)
      code.append(0x5F + UInt8(count))
      for _ in 0..<count { code.append(UInt8(truncatingIfNeeded: numbers.next())) }
      depth += 1
    }
  }

  private mutating func need(_ count: Int) {
    while depth < count { pushRandom() }
  }

  private mutating func operate(_ choice: [UInt8], _ inputs: Int) {
    need(inputs)
    code.append(numbers.pick(choice))
    depth += 1 - inputs
  }

  private mutating func offset() {
    push(UInt64(numbers.below(numbers.below(20) == 0 ? 20_000 : 160)))
  }

  private mutating func memory() {
    need(1)
    offset()
    switch numbers.below(5) {
    case 0:
      code.append(0x51)
    case 1:
      code.append(0x53)
      depth -= 2
    default:
      code.append(0x52)
      depth -= 2
    }
  }

  private mutating func storage() {
    need(1)
    push(UInt64(numbers.below(4)))
    switch numbers.below(8) {
    case 0..<3: code.append(0x54)
    case 3: code.append(0x5C)
    case 4:
      code.append(0x5D)
      depth -= 2
    default:
      code.append(0x55)
      depth -= 2
    }
  }

  /// Copies from call data, code, another's code, what a call returned, or memory.
  private mutating func copy() {
    push(UInt64(numbers.below(80)))
    push(UInt64(numbers.below(numbers.below(10) == 0 ? 40 : 3)))
    offset()
    switch numbers.below(16) % 7 {
    case 0: code.append(0x37)
    case 1: code.append(0x39)
    case 2:
      push(numbers.pick(Self.targets))
      code.append(0x3C)
      depth -= 1
    case 6: code.append(0x3E)
    default: code.append(0x5E)
    }
    depth -= 3
  }

  private mutating func stack() {
    need(2)
    let reach = min(depth, 16)
    switch numbers.below(3) {
    case 0:
      code.append(0x80 + UInt8(numbers.below(reach)))
      depth += 1
    case 1: code.append(0x90 + UInt8(numbers.below(max(reach - 1, 1))))
    default:
      code.append(0x50)
      depth -= 1
    }
  }

  private mutating func hash() {
    push(UInt64(numbers.below(100)))
    offset()
    code.append(0x20)
    depth -= 1
  }

  private mutating func log() {
    let topics = numbers.below(5)
    need(topics)
    push(UInt64(numbers.below(70)))
    offset()
    code.append(0xA0 + UInt8(topics))
    depth -= topics + 2
  }

  private mutating func call() {
    let kind: UInt8 = numbers.pick([0xF1, 0xF1, 0xF2, 0xF4, 0xFA])
    push(UInt64(numbers.below(70)))
    offset()
    push(UInt64(numbers.below(200)))
    offset()
    if kind < 0xF4 { push(UInt64(numbers.below(3) == 0 ? numbers.below(2000) : 0)) }
    push(numbers.pick(Self.targets))
    if numbers.below(2) == 0 {
      code.append(0x5A)
      depth += 1
    } else {
      push(UInt64(numbers.below(60_000)))
    }
    code.append(kind)
    depth -= kind < 0xF4 ? 6 : 5
  }

  /// Puts a few bytes of code in memory and creates a contract of them.
  private mutating func create() {
    let start = 32 - numbers.below(12)
    code.append(0x5F + 12)
    code += numbers.pick([
      // Returns a byte, stores, reverts, returns 0xEF.
      [0x60, 0x00, 0x60, 0x00, 0x53, 0x60, 0x01, 0x60, 0x00, 0xF3, 0x00, 0x00],
      [0x60, 0x07, 0x60, 0x01, 0x55, 0x60, 0x20, 0x60, 0x00, 0xF3, 0x00, 0x00],
      [0x60, 0x01, 0x60, 0x00, 0x55, 0x60, 0x00, 0x60, 0x00, 0xFD, 0x00, 0x00],
      [0x60, 0xEF, 0x60, 0x00, 0x53, 0x60, 0x01, 0x60, 0x00, 0xF3, 0x00, 0x00],
      [0x33, 0xFF, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00],
    ])
    code += [0x60, 0x00, 0x52]
    let isSalted = numbers.below(2) == 0
    if isSalted { push(UInt64(numbers.below(3))) }
    push(UInt64(start))
    push(20)
    push(UInt64(numbers.below(3) == 0 ? numbers.below(50) : 0))
    code.append(isSalted ? 0xF5 : 0xF0)
    depth -= isSalted ? 3 : 2
  }

  /// Jumps over a few bytes, with a condition or without; sometimes to where no jump may go.
  private mutating func jump() {
    let filler = numbers.below(4)
    let isConditional = numbers.below(2) == 0
    if isConditional { need(1) }
    let size = code.count + 3 + 1 + filler
    let target = numbers.below(25) == 0 ? numbers.below(size + 1) : size
    code += [0x61, UInt8(target >> 8 & 0xFF), UInt8(target & 0xFF), isConditional ? 0x57 : 0x56]
    if isConditional { depth -= 1 }
    for _ in 0..<filler { code.append(numbers.pick([0x30, 0x5F, 0x33])) }
    code.append(0x5B)
  }
}
