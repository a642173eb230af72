// swift-tools-version: 6.2

import PackageDescription

// Everything outside the kernels is ordinary Swift. The optimiser is asked to work in debug builds
// too wherever a test would otherwise spend its time in bounds checks (the reference kernels).
let optimised: [SwiftSetting] = [.unsafeFlags(["-O", "-enable-testing"])]

/// Tests are built in release, beside the tool, and some need a module's internals.
let testable: [SwiftSetting] = [.unsafeFlags(["-enable-testing"])]

/// The commit that is built, `+` behind it where files were changed since; empty without Git.
let commit =
  Context.gitInformation.map {
    String($0.currentCommit.prefix(12)) + ($0.hasUncommittedChanges ? "+" : "")
  } ?? ""

/// One copy of `Sources/KernelSources`, compiled for one instruction set, with its `Traits.swift`.
///
/// - `-Ounchecked`: the kernels are leaf loops over pointers; overflow checks would be most of them.
/// - `-Xcc -march`: Swift takes its code generation features from the embedded clang.
/// - The disabled SIL passes are quadratic in a register tile's loads and take two thirds of the
///   compile time; LLVM does the same work afterwards (docs/workarounds.md).
func kernelModule(_ name: String, march: String?) -> Target {
  .target(
    name: name,
    dependencies: ["KernelInterface", "CSIMD"],
    swiftSettings: [
      .unsafeFlags(
        ["-Ounchecked", "-wmo", "-num-threads", "2"]
          + (march.map { ["-Xcc", "-march=\($0)"] } ?? [])
          + ["redundant-load-elimination", "loop-invariant-code-motion"].flatMap {
            ["-Xllvm", "-sil-disable-pass=\($0)"]
          })
    ])
}

#if arch(x86_64)
  let kernelModules = [
    kernelModule("KernelsBaseline", march: nil),
    kernelModule("KernelsAVX2", march: "haswell"),
    kernelModule("KernelsAVX512", march: "skylake-avx512"),
  ]
#else
  let kernelModules = [kernelModule("KernelsBaseline", march: nil)]
#endif

let kernelDependencies = kernelModules.map { Target.Dependency.target(name: $0.name) }

let package = Package(
  name: "convbench",
  products: [.executable(name: "convbench", targets: ["convbench"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/apple/swift-protobuf", exact: "1.39.0"),
  ],
  targets: [
    .systemLibrary(
      name: "CHwloc", pkgConfig: "hwloc", providers: [.apt(["libhwloc-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CSIMD"),
    .target(name: "Base", dependencies: ["CBuild"], swiftSettings: testable),
    .target(
      name: "CBuild", cSettings: [.define("CONVBENCH_COMMIT", to: "\"\(commit)\"")]),
    .target(
      name: "Topology", dependencies: ["Base", "CHwloc", "CSIMD"], swiftSettings: testable),
    .target(
      name: "Workers", dependencies: ["Base", "Topology", "CHwloc", "CSIMD"],
      swiftSettings: testable),
    .target(name: "KernelInterface"),
    .target(name: "Convolution", dependencies: ["KernelInterface", "Topology"]),
    .target(
      name: "KernelLibrary",
      dependencies: ["Base", "Convolution", "KernelInterface", "Topology", "Workers"]
        + kernelDependencies,
      swiftSettings: optimised),
    .target(
      name: "Networks", dependencies: ["Base", "Convolution", "Topology", "Workers"],
      swiftSettings: optimised),
    .target(
      name: "Onnx",
      dependencies: [
        "Base", "Networks", "Topology", .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      swiftSettings: testable),
    .target(
      name: "Measurement", dependencies: ["Base", "KernelLibrary", "Workers", "Topology"],
      swiftSettings: testable),
    .target(
      name: "Execution",
      dependencies: ["Base", "KernelLibrary", "Networks", "Measurement"],
      swiftSettings: optimised),
    .target(
      name: "Races", dependencies: ["Base", "KernelLibrary", "Measurement", "Workers"],
      swiftSettings: testable),
    .target(
      name: "Plans",
      dependencies: [
        "Base", "Topology", "Convolution", "KernelLibrary", "Networks", "Measurement", "Execution",
        "Races",
      ], swiftSettings: testable),
    .target(
      name: "Store",
      dependencies: [
        "Base", "Topology", "Convolution", "KernelLibrary", "Measurement", "Races", "Plans",
        .product(name: "GRDB", package: "GRDB.swift"),
      ], swiftSettings: testable),
    .target(
      name: "Tuning",
      dependencies: [
        "Base", "KernelLibrary", "Networks", "Measurement", "Execution", "Races", "Plans", "Store",
      ], swiftSettings: testable),
    .target(
      name: "Results",
      dependencies: ["Base", "Topology", "Convolution", "Measurement"], swiftSettings: testable),
    .target(
      name: "Runs",
      dependencies: [
        "Base", "Topology", "Workers", "Convolution", "KernelLibrary", "Networks", "Measurement",
        "Execution", "Plans", "Results",
      ], swiftSettings: testable),
    .target(
      name: "Benchmarks",
      dependencies: [
        "Base", "Topology", "Workers", "Convolution", "KernelInterface", "KernelLibrary",
        "Networks", "Measurement", "Races", "Tuning", "Results",
      ], swiftSettings: testable),
    .target(
      name: "Report",
      dependencies: [
        "Base", "Topology", "Convolution", "KernelLibrary", "Networks", "Measurement", "Execution",
        "Races", "Plans", "Store", "Tuning", "Results", "Runs",
      ], swiftSettings: testable),
    .target(name: "Arrays", dependencies: ["CZlib", "Topology"], swiftSettings: optimised),
    .target(
      name: "Commands",
      dependencies: [
        "Arrays", "Base", "Topology", "Workers", "Convolution", "KernelLibrary", "Networks",
        "Measurement", "Execution", "Races", "Plans", "Store", "Tuning", "Results", "Runs",
        "Benchmarks", "Report", "Onnx",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: testable),
    .executableTarget(name: "convbench", dependencies: ["Commands"]),
    .executableTarget(
      name: "VerifyKernels",
      dependencies: ["Base", "Topology", "Workers", "Convolution", "KernelLibrary"]),
    .testTarget(name: "TopologyTests", dependencies: ["Topology", "Workers"]),
    .testTarget(name: "BaseTests", dependencies: ["Base"]),
    .testTarget(name: "ConvolutionTests", dependencies: ["Base", "Convolution"]),
    .testTarget(
      name: "KernelTests",
      dependencies: ["KernelLibrary", "Networks", "Benchmarks", "Workers", "Topology"],
      swiftSettings: optimised),
    .testTarget(name: "ArraysTests", dependencies: ["Arrays"]),
    .testTarget(name: "NetworksTests", dependencies: ["Networks"]),
    .testTarget(
      name: "OnnxTests",
      dependencies: [
        "Onnx", "Networks", "Convolution",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ]),
    .testTarget(name: "MeasurementTests", dependencies: ["Base", "Measurement"]),
    .testTarget(name: "ExecutionTests", dependencies: ["Execution"]),
    .target(
      name: "TestSupport", dependencies: ["Base", "Plans", "Store", "Results"],
      path: "Tests/TestSupport",
      swiftSettings: testable),
    .testTarget(name: "RacesTests", dependencies: ["Races"]),
    .testTarget(name: "PlansTests", dependencies: ["Plans", "TestSupport"]),
    .testTarget(
      name: "StoreTests",
      dependencies: ["Store", "TestSupport", .product(name: "GRDB", package: "GRDB.swift")]),
    .testTarget(name: "TuningTests", dependencies: ["Tuning", "TestSupport"]),
    .testTarget(name: "ResultsTests", dependencies: ["Results", "TestSupport"]),
    .testTarget(name: "RunsTests", dependencies: ["Runs", "Networks", "TestSupport"]),
    .testTarget(name: "BenchmarksTests", dependencies: ["Benchmarks"]),
    .testTarget(name: "ReportTests", dependencies: ["Report", "Networks", "TestSupport"]),
    .testTarget(name: "CommandsTests", dependencies: ["Commands"]),
  ] + kernelModules,
  swiftLanguageModes: [.v6]
)
