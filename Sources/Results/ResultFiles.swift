import Base
import Foundation

/// The two files of a results folder.
public enum ResultFiles {
  public static let networks = "networks.csv"
  public static let layers = "layers.csv"

  /// Appends a run to both files, making folder and files where there are none.
  ///
  /// - Returns: the paths.
  /// - Throws: `FileError` or `CSVError`.
  public static func append(
    _ run: NetworkRow, _ runLayers: [LayerRow], folder: String
  ) throws -> [String] {
    try AtomicFile.makeFolder(folder)
    let paths = [networks, layers].map { PathText.join(folder, $0) }
    try CSVFile.append([run], to: paths[0])
    try CSVFile.append(runLayers, to: paths[1])
    return paths
  }

  /// Whether rows of a machine may be appended to what is there: a folder of one machine stays one.
  ///
  /// - Throws: `ResultsFolderError` where another machine's rows are; `FileError` or `CSVError`.
  public static func check(_ folder: String, belongsTo machineID: String) throws {
    let path = PathText.join(folder, networks)
    guard access(path, F_OK) == 0 else { return }
    var other: RunIdentity?
    try CSVFile<NetworkRow>.forEach(path) { row, _ in
      if row.identity.machineID != machineID { other = row.identity }
    }
    guard let other else { return }
    throw ResultsFolderError(
      "\(path) has rows of another machine, \(other.machine) (\(other.machineID)), and this is "
        + "\(machineID); give --output-dir FOLDER")
  }
}

/// A folder that holds something else: one line.
public struct ResultsFolderError: Error, CustomStringConvertible, Equatable {
  public let description: String
  init(_ description: String) { self.description = description }
}
