// A region's closure as two plain words, so that other threads can call it.
//
// `run` takes a non-escaping closure, which Swift lets nobody store. The official way out,
// `withoutActuallyEscaping`, allocates a box per region, and every worker that calls the boxed
// closure counts references on one shared cache line. Here the closure's two words (code and
// context) cross over by calling a function under a type that differs only in this argument.
//
// Invariants:
// - A non-escaping closure argument and a struct of two pointers are passed alike: two words in
//   two integer registers, no ownership (Swift calling convention on x86-64 and arm64).
// - The casts are of structs that hold a function; a bare function would be re-abstracted on its
//   way through the generic cast.
// - A `RegionBody` lives only while `region` runs, as the closure's context does: it is on the
//   stack of the caller of `run`.

/// A closure `(task, worker) -> Void` borrowed for one region.
struct RegionBody {
  typealias Closure = (_ task: Int, _ worker: Int) -> Void

  private let code: UnsafeRawPointer?
  private let context: UnsafeRawPointer?

  /// Runs `team`'s region with the words of `body`.
  static func lend(_ body: Closure, tasks: Int, to team: Team) {
    lender.call(body, tasks, team)
  }

  /// Calls the closure for each of the tasks.
  func callAsFunction(_ tasks: Range<Int>, worker: Int) {
    Self.caller.call(self, tasks.lowerBound, tasks.upperBound, worker)
  }

  // MARK: The crossing, out and back

  private struct ClosureLender {
    let call: @Sendable (_ body: Closure, _ tasks: Int, _ team: Team) -> Void
  }

  private struct WordsLender {
    let call: @Sendable (_ body: RegionBody, _ tasks: Int, _ team: Team) -> Void
  }

  private static let lender = unsafeBitCast(
    WordsLender(call: { body, tasks, team in team.region(body, tasks: tasks) }),
    to: ClosureLender.self)

  private struct ClosureCaller {
    let call: @Sendable (_ body: Closure, _ first: Int, _ end: Int, _ worker: Int) -> Void
  }

  private struct WordsCaller {
    let call: @Sendable (_ body: RegionBody, _ first: Int, _ end: Int, _ worker: Int) -> Void
  }

  private static let caller = unsafeBitCast(
    ClosureCaller(call: { body, first, end, worker in
      var task = first
      while task < end {
        body(task, worker)
        task += 1
      }
    }),
    to: WordsCaller.self)
}
