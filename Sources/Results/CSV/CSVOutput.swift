import Base
import Foundation

/// Rows that one command writes as it gets them: appended to a file as `CSVFile.append` does, or
/// with a header in front to what is no regular file, `-` being standard output.
public final class CSVOutput<Row: CSVRow> {
  public let file: OutputFile
  /// Of a device or FIFO, which stays open: its reader would take a close for the end.
  private var descriptor: Int32?
  private let isAppended: Bool
  private var hasHeader = false

  /// - Throws: `FileError` where nothing can be written there.
  public init(_ path: String) throws {
    file = OutputFile(path)
    if file.isStandardOutput {
      isAppended = false
      return
    }
    switch try WriteTarget(path) {
    case .special:
      let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY)
      guard descriptor >= 0 else { throw FileError("write", path, errno: errno) }
      self.descriptor = descriptor
      isAppended = false
    default:
      try AtomicFile.checkWritable(path)
      isAppended = true
    }
  }

  deinit { if let descriptor { close(descriptor) } }

  /// - Throws: `FileError`, `CSVError`, `BrokenPipe`.
  public func append(_ rows: [Row]) throws {
    if isAppended { return try CSVFile<Row>.append(rows, to: file.path) }
    let text = CSVFile<Row>.text(rows, withHeader: !hasHeader)
    hasHeader = true
    guard let descriptor else { return try TextStream.standardOutput.write(text) }
    let code = Descriptor.write(Data(text.utf8), to: descriptor)
    guard code == 0 else { throw FileError("write", file.path, errno: code) }
  }
}
