import ArgumentParser
import Base
import Foundation
import Measurement
import Report
import Topology

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Draw the results of all machines and tools as one HTML file.",
    discussion: """
      Reads the CSV files, calibrations and plans of the results folder and of its subfolders. The \
      file needs nothing else: no script, no network. docs/report.md says how to read it.
      """)

  @Option(help: ArgumentHelp("The results folder.", valueName: "folder"))
  var results = "Results"
  @Option(help: ArgumentHelp("The file to write; - is standard output.", valueName: "file"))
  var output = "report.html"

  func run() throws {
    let file = OutputFile(output)
    try file.check()
    let folder = try ResultsFolder(path: results)
    // A report about other machines needs no picture of this one.
    let here = try? Machine.probe().fingerprint
    let report = try ResultsReport(folder, here: here)
    try file.write(report.page.text)
    try printResult(
      "\(file.name): from \(folder.files.count) files in \(results)", beside: file)
  }
}
