/// As much of Python's literals as a `.npy` header needs: a flat dictionary of texts, truth values
/// and tuples of whole numbers. Anything else makes it nil.
struct PythonDictionary {
  enum Value: Equatable {
    case text(String)
    case boolean(Bool)
    case tuple([Int])
  }

  private(set) var fields: [String: Value] = [:]

  init?(_ text: [UInt8]) {
    var scanner = Scanner(bytes: text)
    guard scanner.take("{") else { return nil }
    while !scanner.take("}") {
      guard let key = scanner.quoted(), scanner.take(":"), let value = scanner.value(),
        fields.updateValue(value, forKey: key) == nil
      else { return nil }
      guard scanner.take(",") || scanner.isNext("}") else { return nil }
    }
    guard scanner.isAtEnd else { return nil }
  }

  private struct Scanner {
    let bytes: [UInt8]
    private var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool {
      mutating get {
        skipSpace()
        return position == bytes.count
      }
    }

    mutating func isNext(_ character: Unicode.Scalar) -> Bool {
      skipSpace()
      return position < bytes.count && bytes[position] == UInt8(ascii: character)
    }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard isNext(character) else { return false }
      position += 1
      return true
    }

    mutating func value() -> Value? {
      if isNext("'") || isNext("\"") { return quoted().map(Value.text) }
      if take("(") { return tuple().map(Value.tuple) }
      for (word, value) in [("True", true), ("False", false)]
      where bytes[position...].starts(with: word.utf8) {
        position += word.utf8.count
        return .boolean(value)
      }
      return nil
    }

    mutating func quoted() -> String? {
      guard isNext("'") || isNext("\"") else { return nil }
      let quote = bytes[position]
      guard let end = bytes[(position + 1)...].firstIndex(of: quote) else { return nil }
      let text = bytes[(position + 1)..<end]
      // An escape would have to be understood.
      guard !text.contains(UInt8(ascii: "\\")) else { return nil }
      position = end + 1
      return String(decoding: text, as: UTF8.self)
    }

    private mutating func tuple() -> [Int]? {
      var numbers: [Int] = []
      while !take(")") {
        guard let number = number() else { return nil }
        numbers.append(number)
        guard take(",") || isNext(")") else { return nil }
      }
      return numbers
    }

    private mutating func number() -> Int? {
      skipSpace()
      let digits = bytes[position...].prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
      position = digits.endIndex
      return Int(String(decoding: digits, as: UTF8.self))
    }

    private mutating func skipSpace() {
      while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) {
        position += 1
      }
    }
  }
}
