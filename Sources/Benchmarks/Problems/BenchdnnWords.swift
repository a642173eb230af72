/// The words of an input of benchdnn: what stands between spaces and line ends, without comments,
/// continued over a backslash.
struct BenchdnnWords {
  struct Word {
    var text: String
    /// Of its first character, counted from 1.
    var line: Int
  }

  /// A word whose last part ended in a backslash: the next part belongs to it.
  private var open: Word?

  /// The words of a line that are complete with it.
  mutating func read(_ line: Substring, number: Int) -> [Word] {
    var words: [Word] = []
    for part in line.split(whereSeparator: \.isWhitespace) {
      // A comment is a word that begins with it: a name may hold one.
      if part.first == "#" { break }
      var word = Word(text: (open?.text ?? "") + part, line: open?.line ?? number)
      open = nil
      if word.text.last == "\\" {
        word.text.removeLast()
        // A lone backslash continues the word before it.
        if word.text.isEmpty, let before = words.popLast() { word = before }
        open = word
      } else {
        words.append(word)
      }
    }
    return words
  }

  /// What is left at the end of the input.
  mutating func finish() -> [Word] {
    defer { open = nil }
    return open.map { $0.text.isEmpty ? [] : [$0] } ?? []
  }
}
