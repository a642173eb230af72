import ArgumentParser
import Base

/// `--list` and `--dry-run`: what a command would do, without doing it.
struct PreviewOptions: ParsableArguments {
  @Flag(help: "Print what would be measured, a line each, and measure nothing.")
  var list = false

  @Flag(help: "Print that with the time it is expected to take, and measure nothing.")
  var dryRun = false

  var isAsked: Bool { list || dryRun }

  func validate() throws {
    if list, dryRun { throw ValidationError("give --list or --dry-run, not both") }
  }
}

/// What a command would do.
struct Preview {
  struct Item {
    /// Such as `resnet18, avx2, batch 8, 2 threads`.
    let title: String
    /// Such as `12 shapes, 7 stored` or `5.2 ms an inference`.
    let note: String
    let seconds: Double
    /// Where the seconds are from.
    let source: String
  }

  var items: [Item] = []

  var seconds: Double { items.reduce(0) { $0 + $1.seconds } }

  /// A line each.
  var list: String { items.map(\.title).joined(separator: "\n") }

  /// With the expected times, at most 80 columns as long as the titles are.
  var table: String {
    var table = TextTable([.left("what"), .left("that is"), .right("time")])
    for item in items {
      table.add([item.title, item.note, NumberText.duration(item.seconds)])
    }
    var sources: [String] = []
    for item in items where !sources.contains(item.source) { sources.append(item.source) }
    return """
      \(table)

      \(items.count) to measure, some \(NumberText.duration(seconds)) in all; by
      \(sources.joined(separator: ";\n"))
      """
  }

  func show(_ options: PreviewOptions) throws {
    try printResult(options.list ? list : table)
  }
}
