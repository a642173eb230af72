import Base

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
}
