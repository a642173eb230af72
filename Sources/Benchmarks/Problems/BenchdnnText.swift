import Convolution
import Networks

/// A network's convolutions as an input file of benchdnn, which `BatchFile` reads as well.
public enum BenchdnnText {
  /// A line per different convolution, in order of first appearance: its descriptor, named
  /// `network:layer*N` after the first of the `N` layers that have it. Fully connected layers are
  /// left out; benchdnn has another driver for them.
  public static func lines(of graph: Graph) -> String {
    var order: [ConvolutionProblem] = []
    var uses: [ConvolutionProblem: (name: String, count: Int)] = [:]
    for node in graph.convolutions {
      guard let problem = graph.problem(of: node) else { continue }
      if uses[problem] == nil { order.append(problem) }
      uses[problem, default: (node.name, 0)].count += 1
    }
    let lines = order.map { problem in
      let (name, count) = uses[problem] ?? ("", 0)
      let label = plain("\(graph.name):\(name)") + (count > 1 ? "*\(count)" : "")
      return "\(problem)n\"\(label)\"\n"
    }
    return "# \(plain(graph.name)): \(graph.convolutions.count) convolutions, "
      + "\(order.count) different\n" + lines.joined()
  }

  /// Without what ends a name, a word or a line, or counts.
  private static func plain(_ name: String) -> String {
    String(
      name.map { character in
        let isSpecial =
          character.isWhitespace || "\"#*".contains(character)
          || character.unicodeScalars.contains { $0.properties.generalCategory == .control }
        return isSpecial ? "_" : character
      })
  }
}
