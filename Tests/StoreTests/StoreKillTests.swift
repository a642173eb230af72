import Base
import Foundation
import Measurement
import TestSupport
import Testing

@testable import Store

/// A process that writes samples is killed at random moments: what it was told was kept is there.
@Suite(.serialized) struct StoreKillTests {
  private static let variable = "CONVBENCH_STORE_WRITER"

  /// The child: this test bundle again, running only this test. Without the variable it checks
  /// nothing but that a sample can be kept.
  @Test func writer() throws {
    let path = ProcessInfo.processInfo.environment[Self.variable]
    // The child, which is killed, could not remove one of its own.
    let place = path == nil ? try TemporaryStore() : nil
    let store = try Store(path: path ?? #require(place).path)
    var key = try sampleKey()
    key.machine = sampleMachine.id
    var standing = sampleOutcome().standings[0]
    standing.samples = [1]
    let race = try store.begin(key, machine: sampleMachine)
    repeat {
      try store.record(standing, Sample(standing.samples.last ?? 0), in: race)
      if path != nil {
        // The parent reads how many samples were kept.
        let count = Data("kept \(standing.samples.count)\n".utf8)
        FileHandle.standardError.write(count)
      }
      standing.samples.append(Nanoseconds(Double(standing.samples.count + 1)))
      if standing.samples.count > 500 { standing.samples = [1] }
    } while path != nil
    #expect(try store.counts().measurements == 1)
  }

  @Test func aKilledWriterLosesAtMostOneSample() throws {
    let place = try TemporaryStore()
    for round in 0..<6 {
      let child = Process()
      child.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      child.arguments =
        Array(CommandLine.arguments.dropFirst()).filter { $0.hasSuffix(".xctest") }
        + ["--testing-library", "swift-testing", "--filter", "StoreKillTests/writer"]
      child.environment = ProcessInfo.processInfo.environment.merging(
        [Self.variable: place.path]) { $1 }
      let pipe = Pipe()
      child.standardError = pipe
      child.standardOutput = FileHandle.nullDevice
      try child.run()
      // The first line tells that it writes.
      var text = ""
      while !text.contains("kept 3\n") {
        let data = pipe.fileHandleForReading.availableData
        if data.isEmpty { break }
        text += String(decoding: data, as: UTF8.self)
      }
      #expect(text.contains("kept 3\n"), "the writer did not start: \(text.suffix(300))")
      usleep(UInt32(3000 * round))
      kill(child.processIdentifier, SIGKILL)
      text += String(
        decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      child.waitUntilExit()
      let told = text.split(separator: "\n").dropLast(text.hasSuffix("\n") ? 0 : 1).compactMap {
        $0.hasPrefix("kept ") ? Int($0.dropFirst(5)) : nil
      }
      let store = try Store(path: place.path)
      let samples = try store.read { db in
        try Double.fetchAll(
          db,
          sql: """
            SELECT ns FROM samples JOIN measurements ON measurement = measurements.id
            WHERE race = (SELECT max(id) FROM races) ORDER BY sequence
            """)
      }
      #expect(samples == (0..<samples.count).map { Double($0 + 1) })
      let last = try #require(told.last)
      // One more may have been kept without our having heard of it.
      #expect(samples.count == last || samples.count == last % 500 + 1)
      #expect(try store.counts().races == round + 1)
      store.close()
    }
  }
}
