import Convolution

/// Convolutions as DeepBench writes them: eleven numbers,
///
///     w, h, c, n, k, filter_w, filter_h, pad_w, pad_h, stride_w, stride_h
///
/// in its lists (`std::make_tuple(700, 161, 1, 4, 32, 20, 5, 0, 0, 2, 2),`) and in front of the
/// times that its programs print.
enum DeepBenchText {
  /// What a line has.
  enum Line {
    /// Its benchdnn descriptor.
    case descriptor(String)
    /// A tuple that is no convolution, with the reason.
    case skipped(text: String, reason: String)
  }

  private static let call = "make_tuple("
  private static let count = 11

  /// Whether a text is a list in C++, whose other lines mean nothing here.
  static func isList(_ text: String) -> Bool { text.contains(call) }

  /// nil where a line has nothing of DeepBench's.
  static func read(_ line: Substring) -> Line? {
    let line = line.firstRange(of: "//").map { line[..<$0.lowerBound] } ?? line
    guard let start = line.firstRange(of: call)?.upperBound else {
      let numbers = line.split(whereSeparator: { $0.isWhitespace || $0 == "," || $0 == "|" })
        .prefix(count).compactMap { Int($0) }
      return numbers.count == count ? descriptor(numbers).map(Line.descriptor) : nil
    }
    let inside = line[start...].prefix { $0 != ")" }
    let parts = inside.split(separator: ",").map { $0.filter { !$0.isWhitespace } }
    let numbers = parts.compactMap(Int.init)
    guard parts.count == count, numbers.count == count, let text = descriptor(numbers) else {
      return .skipped(
        text: "(\(inside))",
        reason: "a convolution of DeepBench has \(count) whole numbers, none negative")
    }
    return .descriptor(text)
  }

  private static func descriptor(_ numbers: [Int]) -> String? {
    guard numbers.allSatisfy({ $0 >= 0 }) else { return nil }
    let keys = ["iw", "ih", "ic", "mb", "oc", "kw", "kh", "pw", "ph", "sw", "sh"]
    return zip(keys, numbers).map { "\($0)\($1)" }.joined()
  }
}
