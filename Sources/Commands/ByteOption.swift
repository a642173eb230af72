import ArgumentParser

enum ByteOption {
  /// Reads `1048576`, `64M`, `1G`, `512K` of `--max-workspace`.
  static func workspace(_ text: String) throws -> Int {
    let units: [Character: Int] = ["K": 10, "M": 20, "G": 30]
    let shift = text.last.flatMap { units[Character($0.uppercased())] }
    guard let number = Int(shift == nil ? text : String(text.dropLast())),
      (0...1 << 20).contains(number) || (shift ?? 0) < 20 && (0...1 << 40).contains(number)
    else {
      throw ValidationError("--max-workspace \(text): give bytes such as 1048576, 512K, 64M, 1G")
    }
    return number << (shift ?? 0)
  }
}
