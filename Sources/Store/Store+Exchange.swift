import Base
import Convolution
import Foundation
import GRDB
import Measurement

// Export and import as JSON lines, see docs/store.md.

extension Store {
  /// Gives the lines of an export, without their ends: what wrote it, the machines, the races.
  ///
  /// Equal content gives equal lines, whatever way it came into the store.
  public func export(_ filter: RaceFilter = RaceFilter(), _ write: (String) throws -> Void) throws {
    try write(
      StoreLine.store(
        version: StoreLine.currentVersion, toolVersion: ToolVersion.current
      ).encoded())
    let used = filter.isEmpty ? [] : try machineIDs(filter)
    for machine in try machines() where filter.isEmpty || used.contains(machine.id) {
      try write(StoreLine.machine(machine).encoded())
    }
    try forEachRace(filter) { _, race in try write(StoreLine.race(race).encoded()) }
  }

  private func machineIDs(_ filter: RaceFilter) throws -> Set<String> {
    let (condition, arguments) = filter.condition
    return try read { db in
      try String.fetchSet(
        db, sql: "SELECT DISTINCT machine FROM races WHERE \(condition)", arguments: arguments)
    }
  }

  /// Adds what an export has, as `merge` does.
  ///
  /// Where a line is wrong, races above it may have been added; the error says how many. To import the
  /// file again adds the rest.
  ///
  /// - Parameters:
  ///   - handle: read from where it stands to its end.
  ///   - name: what errors call it.
  /// - Throws: `StoreError` with the number of the line and the field.
  @discardableResult public func importLines(
    _ handle: FileHandle, name: String
  ) throws -> MergeCounts {
    try adding { adder in
      do { try Self.addLines(handle, name: name, to: adder) } catch let error as StoreError {
        let kept = adder.counts.added + adder.counts.extended
        throw kept == 0 ? error : StoreError("\(error); \(kept) races above it were added")
      }
    }
  }

  private static func addLines(_ handle: FileHandle, name: String, to adder: Adder) throws {
    var reader = LineReader(handle, limit: StoreLine.limit)
    var version: Int?
    while let line = try next(&reader, name) {
      let place = "\(name): line \(reader.number)"
      if line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) { continue }
      let entry = try StoreLine.decode(
        line, version: version ?? StoreLine.currentVersion, place: place)
      switch entry {
      case .store(let written, let toolVersion):
        guard written <= StoreLine.currentVersion else {
          throw StoreError(
            "\(place): version: \(written) was written by convbench \(toolVersion); this "
              + "version (\(ToolVersion.current)) reads up to \(StoreLine.currentVersion)")
        }
        version = written
      case _ where version == nil:
        throw StoreError(
          "\(place): kind: an export begins with a line of kind store, convbench store export "
            + "writes it")
      case .machine(let machine): try adder.add(machine)
      case .race(let race):
        guard adder.knows(machine: race.key.machine) else {
          throw StoreError(
            "\(place): machine: \(race.key.machine) is neither in a line above nor in the store")
        }
        try adder.add(race)
      }
    }
    guard version != nil else { throw StoreError("\(name) is empty, not an export of a store") }
  }

  private static func next(_ reader: inout LineReader, _ name: String) throws -> Data? {
    do { return try reader.next() } catch is LineReader.TooLong {
      throw StoreError(
        "\(name): line \(reader.number): is longer than \(StoreLine.limit >> 20) MiB, which no "
          + "race is")
    } catch {
      throw StoreError("\(name) is not readable: \(error.localizedDescription)")
    }
  }
}
