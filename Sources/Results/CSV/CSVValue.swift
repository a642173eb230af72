import Base
import Measurement

/// What a cell may hold.
public protocol CSVValue {
  static var csvKind: String { get }
  var csv: String { get }
  init?(csv: String)
}

extension String: CSVValue {
  public static var csvKind: String { "text" }
  public var csv: String { self }
  public init?(csv: String) { self = csv }
}

extension Int: CSVValue {
  public static var csvKind: String { "a whole number" }
  public var csv: String { String(self) }
  public init?(csv: String) { self.init(csv) }
}

extension Double: CSVValue {
  public static var csvKind: String { "a number" }

  /// The shortest text that reads back as the same number.
  public var csv: String { isFinite ? "\(self)" : "" }

  public init?(csv: String) {
    guard let value = Self.decimal(csv) else { return nil }
    self = value
  }

  /// Decimal only: neither `nan` nor `inf` nor hexadecimal is a measurement.
  static func decimal(_ text: some StringProtocol) -> Double? {
    guard text.utf8.allSatisfy({ (0x2B...0x39).contains($0) || $0 == 0x65 || $0 == 0x45 }),
      let value = Double(text), value.isFinite
    else { return nil }
    return value
  }
}

extension Bool: CSVValue {
  public static var csvKind: String { "yes or no" }
  public var csv: String { self ? "yes" : "no" }
  public init?(csv: String) {
    guard csv == "yes" || csv == "no" else { return nil }
    self = csv == "yes"
  }
}

/// An empty cell is nil.
extension Optional: CSVValue where Wrapped: CSVValue {
  public static var csvKind: String { Wrapped.csvKind + " or empty" }
  public var csv: String { self?.csv ?? "" }
  public init?(csv: String) {
    if csv.isEmpty {
      self = .none
      return
    }
    guard let value = Wrapped(csv: csv) else { return nil }
    self = .some(value)
  }
}

extension Validity: CSVValue {
  public static var csvKind: String { "valid, noisy: … or invalid: …" }
  public var csv: String { description }
  public init?(csv: String) { self.init(csv) }
}

/// Times of one quantity in the order they were taken, milliseconds; an empty cell has none.
public struct SampleList: Hashable, Sendable, CSVValue {
  public var values: [Double]

  public init(_ values: [Double] = []) { self.values = values }

  public static var csvKind: String { "numbers from 0 with semicolons between them" }

  /// Four significant digits.
  public var csv: String { values.map(NumberText.milliseconds).joined(separator: ";") }

  public init?(csv: String) {
    guard !csv.isEmpty else {
      self.init()
      return
    }
    var values: [Double] = []
    for part in csv.split(separator: ";", omittingEmptySubsequences: false) {
      guard let value = Double.decimal(part), value >= 0 else { return nil }
      values.append(value)
    }
    self.init(values)
  }
}
