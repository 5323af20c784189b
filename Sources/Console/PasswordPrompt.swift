internal import Glibc

/// Asks a person for a secret: on the terminal itself, and without showing what is typed.
public enum PasswordPrompt {
  /// Bytes that a password has at most.
  private static let byteCountMax = 1024

  /// The bytes of the line; the caller wipes them. Nil where there is no terminal.
  public static func read(_ prompt: String) -> [UInt8]? {
    let descriptor = unsafe open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var before = termios()
    guard unsafe tcgetattr(descriptor, &before) == 0 else { return nil }
    var silent = before
    silent.c_lflag &= ~tcflag_t(ECHO)
    unsafe tcsetattr(descriptor, TCSAFLUSH, &silent)
    defer { unsafe tcsetattr(descriptor, TCSAFLUSH, &before) }
    write(prompt, to: descriptor)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(byteCountMax)
    var byte: UInt8 = 0
    while bytes.count < byteCountMax, unsafe Glibc.read(descriptor, &byte, 1) == 1,
      byte != UInt8(ascii: "\n")
    {
      bytes.append(byte)
    }
    byte = 0
    write("\n", to: descriptor)
    return bytes
  }

  private static func write(_ text: String, to descriptor: Int32) {
    let bytes = Array(text.utf8)
    _ = unsafe Glibc.write(descriptor, bytes, bytes.count)
  }
}
