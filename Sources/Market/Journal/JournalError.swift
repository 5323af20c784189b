public import Files

/// What keeps a journal from being opened.
public enum JournalError: Error, Hashable, Sendable {
  case file(FileError)
  /// No journal, or one of a version that this code does not know.
  case unknownFormat
  /// The file was made for another exchange.
  case otherConfiguration
  /// A frame before the last one is not what was written.
  case corrupt(offset: UInt64)
  /// Nobody whom we trust has signed the frame.
  case wrongSignature(offset: UInt64)
  /// Another process has the journal open.
  case inUse
}
