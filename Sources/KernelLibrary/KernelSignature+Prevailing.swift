extension KernelSignature {
  /// Which kernels to believe of a store's races of one machine: those of this program, unless earlier
  /// ones measured more there. A machine that was tuned by an earlier version and is not at hand is
  /// still known that way, as long as no two kernels are put side by side.
  ///
  /// - Parameter recorded: the signatures of the races, the newest last.
  public static func prevailing(among recorded: [KernelSignature]) -> KernelSignature {
    let others = recorded.filter { !$0.agrees(with: .current) && !$0.isUnknown }
    guard let newest = others.last else { return .current }
    let earlier = others.reversed().reduce(newest) { $0.union($1) ?? $0 }
    let counts = [KernelSignature.current, earlier].map { kernels in
      recorded.count { $0.agrees(with: kernels) }
    }
    return counts[1] > counts[0] ? earlier : .current
  }

  /// What is other than in this program, such as `direct.1 (here 2)`; empty where nothing is.
  public var differencesHere: String {
    differences(from: .current).map { name, stored, present in
      "\(name).\(stored) (here \(present.map { "\($0)" } ?? "none"))"
    }.joined(separator: ", ")
  }
}
