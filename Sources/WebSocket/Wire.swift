internal import Buffers
internal import CWslay
internal import Glibc

/// What the library reads from, writes to and tells.
@safe
final class Wire {
  var input = ByteQueue()
  var output = ByteQueue()
  /// How many bytes `output` may hold.
  var room = 0
  var events: [ServerSession.Event] = []

  /// Recovers the wire from a callback's user data.
  private static func at(_ context: UnsafeMutableRawPointer?) -> Wire {
    guard let context = unsafe context else { preconditionFailure("callback without user data") }
    return unsafe Unmanaged.fromOpaque(context).takeUnretainedValue()
  }

  static var callbacks: wslay_event_callbacks {
    unsafe wslay_event_callbacks(
      recv_callback: { context, buffer, count, _, wire in
        unsafe Wire.at(wire).read(context, buffer, count)
      },
      send_callback: { context, bytes, count, _, wire in
        unsafe Wire.at(wire).write(context, bytes, count)
      },
      genmask_callback: nil, on_frame_recv_start_callback: nil, on_frame_recv_chunk_callback: nil,
      on_frame_recv_end_callback: nil,
      on_msg_recv_callback: { _, message, wire in
        guard let message = unsafe message?.pointee else { return }
        unsafe Wire.at(wire).take(message)
      })
  }

  private func read(
    _ context: wslay_event_context_ptr?, _ buffer: UnsafeMutablePointer<UInt8>?, _ count: Int
  ) -> Int {
    let taken = min(count, input.count)
    guard taken > 0, let buffer = unsafe buffer else {
      unsafe wslay_event_set_error(context, Int32(WSLAY_ERR_WOULDBLOCK.rawValue))
      return -1
    }
    input.withBytes { bytes in
      unsafe bytes.withUnsafeBytes { source in
        guard let start = source.baseAddress else { return }
        unsafe memcpy(buffer, start, taken)
      }
    }
    input.drop(taken)
    return taken
  }

  private func write(
    _ context: wslay_event_context_ptr?, _ bytes: UnsafePointer<UInt8>?, _ count: Int
  ) -> Int {
    let taken = min(count, room)
    guard taken > 0, let bytes = unsafe bytes else {
      unsafe wslay_event_set_error(context, Int32(WSLAY_ERR_WOULDBLOCK.rawValue))
      return -1
    }
    unsafe output.append(copying: UnsafeRawBufferPointer(start: bytes, count: taken))
    room -= taken
    return taken
  }

  private func take(_ message: wslay_event_on_msg_recv_arg) {
    let content = unsafe [UInt8](
      UnsafeBufferPointer(start: message.msg, count: message.msg_length))
    switch unsafe UInt32(message.opcode) {
    case WSLAY_TEXT_FRAME.rawValue: events.append(.text(content))
    case WSLAY_BINARY_FRAME.rawValue: events.append(.binary(content))
    case WSLAY_PONG.rawValue: events.append(.pong(content))
    case WSLAY_CONNECTION_CLOSE.rawValue:
      let code = unsafe message.status_code
      events.append(.closed(code == 0 ? nil : CloseCode(rawValue: code)))
    default: break
    }
  }
}
