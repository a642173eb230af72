// The register tile: output pixels × output-channel blocks, as a type.
//
// A tile is composed of structs, so that the optimiser sees every accumulator as a named vector
// (an array of them would live in memory). `Row` is one pixel, `Rows` two groups of pixels side by
// side, `Segments` the same pixels in two output rows. Each step broadcasts one input scalar per
// pixel and multiplies it with one weight vector per column.

/// The accumulators of one pixel: one vector per output-channel block.
protocol Columns: SendableMetatype {
  static var count: Int { get }
  /// Zeros.
  init()
  /// Vectors `pitch` floats apart.
  init(_ p: UnsafePointer<Float>, pitch: Int)
  func multiplyAdd(_ x: Vec, _ weights: Self) -> Self
  func adding(_ other: Self) -> Self
  func clamped(_ limits: Clamp) -> Self
  func held() -> Self
  func store(_ p: UnsafeMutablePointer<Float>, pitch: Int)
}

struct OneColumn: Columns {
  static var count: Int { 1 }
  let v: Vec
  @inline(__always) init() { v = Vec() }
  @inline(__always) init(_ v: Vec) { self.v = v }
  @inline(__always) init(_ p: UnsafePointer<Float>, pitch: Int) { v = p.vec }
  @inline(__always) func multiplyAdd(_ x: Vec, _ weights: Self) -> Self {
    Self(fma(x, weights.v, v))
  }
  @inline(__always) func adding(_ other: Self) -> Self { Self(v + other.v) }
  @inline(__always) func clamped(_ limits: Clamp) -> Self { Self(limits(v)) }
  @inline(__always) func held() -> Self { Self(heldInRegister(v)) }
  @inline(__always) func store(_ p: UnsafeMutablePointer<Float>, pitch: Int) { p.vec = v }
}

/// `L` to the left of `R`.
struct ColumnPair<L: Columns, R: Columns>: Columns {
  static var count: Int { L.count + R.count }
  let l: L
  let r: R
  @inline(__always) init() { self.init(L(), R()) }
  @inline(__always) init(_ l: L, _ r: R) {
    self.l = l
    self.r = r
  }
  @inline(__always) init(_ p: UnsafePointer<Float>, pitch: Int) {
    self.init(L(p, pitch: pitch), R(p + L.count * pitch, pitch: pitch))
  }
  @inline(__always) func multiplyAdd(_ x: Vec, _ weights: Self) -> Self {
    Self(l.multiplyAdd(x, weights.l), r.multiplyAdd(x, weights.r))
  }
  @inline(__always) func adding(_ other: Self) -> Self {
    Self(l.adding(other.l), r.adding(other.r))
  }
  @inline(__always) func clamped(_ limits: Clamp) -> Self {
    Self(l.clamped(limits), r.clamped(limits))
  }
  @inline(__always) func held() -> Self { Self(l.held(), r.held()) }
  @inline(__always) func store(_ p: UnsafeMutablePointer<Float>, pitch: Int) {
    l.store(p, pitch: pitch)
    r.store(p + L.count * pitch, pitch: pitch)
  }
}

typealias C1 = OneColumn
typealias C2 = ColumnPair<C1, C1>
typealias C3 = ColumnPair<C2, C1>
typealias C4 = ColumnPair<C2, C2>

/// Pixels of a tile. `pixel`, `row` and `plane` are distances in floats between neighbours.
protocol Pixels: SendableMetatype {
  associatedtype C: Columns
  /// Pixels in one row of the tile.
  static var count: Int { get }
  /// Output rows that the tile covers.
  static var rows: Int { get }
  /// Every pixel starts with the same columns.
  init(repeating columns: C)
  /// Accumulators continue from memory.
  init(_ p: UnsafePointer<Float>, plane: Int, row: Int)
  func step(_ p: UnsafePointer<Float>, pixel: Int, row: Int, _ weights: C) -> Self
  func adding(_ p: UnsafePointer<Float>, plane: Int, row: Int) -> Self
  func clamped(_ limits: Clamp) -> Self
  /// The same, with every accumulator in a register (`cs_hold4`).
  func held() -> Self
  func store(_ p: UnsafeMutablePointer<Float>, plane: Int, row: Int)
}

/// One pixel.
struct Row<C: Columns>: Pixels {
  static var count: Int { 1 }
  static var rows: Int { 1 }
  let c: C
  @inline(__always) init(repeating columns: C) { c = columns }
  @inline(__always) init(_ p: UnsafePointer<Float>, plane: Int, row: Int) {
    c = C(p, pitch: plane)
  }
  @inline(__always)
  func step(_ p: UnsafePointer<Float>, pixel: Int, row: Int, _ weights: C) -> Self {
    Self(repeating: c.multiplyAdd(broadcast(p), weights))
  }
  @inline(__always) func adding(_ p: UnsafePointer<Float>, plane: Int, row: Int) -> Self {
    Self(repeating: c.adding(C(p, pitch: plane)))
  }
  @inline(__always) func clamped(_ limits: Clamp) -> Self {
    Self(repeating: c.clamped(limits))
  }
  @inline(__always) func held() -> Self { Self(repeating: c.held()) }
  @inline(__always) func store(_ p: UnsafeMutablePointer<Float>, plane: Int, row: Int) {
    c.store(p, pitch: plane)
  }
}

/// `L` then `R` in the same output row.
struct Rows<L: Pixels, R: Pixels>: Pixels where L.C == R.C {
  typealias C = L.C
  static var count: Int { L.count + R.count }
  static var rows: Int { 1 }
  let l: L
  let r: R
  @inline(__always) init(_ l: L, _ r: R) {
    self.l = l
    self.r = r
  }
  @inline(__always) init(repeating columns: C) {
    self.init(L(repeating: columns), R(repeating: columns))
  }
  @inline(__always) init(_ p: UnsafePointer<Float>, plane: Int, row: Int) {
    self.init(
      L(p, plane: plane, row: row), R(p + L.count * Vec.scalarCount, plane: plane, row: row))
  }
  @inline(__always)
  func step(_ p: UnsafePointer<Float>, pixel: Int, row: Int, _ weights: C) -> Self {
    Self(
      l.step(p, pixel: pixel, row: row, weights),
      r.step(p + L.count * pixel, pixel: pixel, row: row, weights))
  }
  @inline(__always) func adding(_ p: UnsafePointer<Float>, plane: Int, row: Int) -> Self {
    Self(
      l.adding(p, plane: plane, row: row),
      r.adding(p + L.count * Vec.scalarCount, plane: plane, row: row))
  }
  @inline(__always) func clamped(_ limits: Clamp) -> Self {
    Self(l.clamped(limits), r.clamped(limits))
  }
  @inline(__always) func held() -> Self { Self(l.held(), r.held()) }
  @inline(__always) func store(_ p: UnsafeMutablePointer<Float>, plane: Int, row: Int) {
    l.store(p, plane: plane, row: row)
    r.store(p + L.count * Vec.scalarCount, plane: plane, row: row)
  }
}

/// The pixels of `L` in two neighbouring output rows: keeps the tile full where rows are short.
struct Segments<L: Pixels>: Pixels {
  typealias C = L.C
  static var count: Int { L.count }
  static var rows: Int { 2 }
  let l: L
  let r: L
  @inline(__always) init(_ l: L, _ r: L) {
    self.l = l
    self.r = r
  }
  @inline(__always) init(repeating columns: C) {
    self.init(L(repeating: columns), L(repeating: columns))
  }
  @inline(__always) init(_ p: UnsafePointer<Float>, plane: Int, row: Int) {
    self.init(L(p, plane: plane, row: row), L(p + row, plane: plane, row: row))
  }
  @inline(__always)
  func step(_ p: UnsafePointer<Float>, pixel: Int, row: Int, _ weights: C) -> Self {
    Self(
      l.step(p, pixel: pixel, row: row, weights),
      r.step(p + row, pixel: pixel, row: row, weights))
  }
  @inline(__always) func adding(_ p: UnsafePointer<Float>, plane: Int, row: Int) -> Self {
    Self(
      l.adding(p, plane: plane, row: row), r.adding(p + row, plane: plane, row: row))
  }
  @inline(__always) func clamped(_ limits: Clamp) -> Self {
    Self(l.clamped(limits), r.clamped(limits))
  }
  @inline(__always) func held() -> Self { Self(l.held(), r.held()) }
  @inline(__always) func store(_ p: UnsafeMutablePointer<Float>, plane: Int, row: Int) {
    l.store(p, plane: plane, row: row)
    r.store(p + row, plane: plane, row: row)
  }
}

typealias P1<C: Columns> = Row<C>
typealias P2<C: Columns> = Rows<P1<C>, P1<C>>
typealias P3<C: Columns> = Rows<P2<C>, P1<C>>
typealias P4<C: Columns> = Rows<P2<C>, P2<C>>
typealias P5<C: Columns> = Rows<P4<C>, P1<C>>
typealias P6<C: Columns> = Rows<P4<C>, P2<C>>
typealias P7<C: Columns> = Rows<P4<C>, P3<C>>
typealias P8<C: Columns> = Rows<P4<C>, P4<C>>
typealias P9<C: Columns> = Rows<P8<C>, P1<C>>
typealias P10<C: Columns> = Rows<P8<C>, P2<C>>
typealias P11<C: Columns> = Rows<P8<C>, P3<C>>
typealias P12<C: Columns> = Rows<P8<C>, P4<C>>
typealias P13<C: Columns> = Rows<P8<C>, P5<C>>
typealias P14<C: Columns> = Rows<P8<C>, P6<C>>
