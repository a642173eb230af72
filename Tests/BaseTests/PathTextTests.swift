import Base
import Testing

@Suite struct PathTextTests {
  struct Case: CustomTestStringConvertible {
    let path: String
    let folder: String
    let name: String
    var testDescription: String { String(path.prefix(40)) }
    init(_ path: String, _ folder: String, _ name: String) {
      (self.path, self.folder, self.name) = (path, folder, name)
    }
  }

  /// As dirname(1) and basename(1) say, but for nothing and its name.
  static let cases = [
    Case("p", ".", "p"), Case("-", ".", "-"), Case(".", ".", "."), Case("..", ".", ".."),
    Case("/", "/", "/"), Case("//", "/", "/"), Case("", ".", ""), Case("/p", "/", "p"),
    Case("a/b", "a", "b"), Case("a/b/", "a", "b"), Case("a//b//", "a", "b"),
    Case("./p", ".", "p"), Case("../p", "..", "p"), Case("/a/b.c/d e", "/a/b.c", "d e"),
    Case("ü/ö", "ü", "ö"), Case("a/e\u{301}", "a", "e\u{301}"),
    Case(String(repeating: "n", count: 4096), ".", String(repeating: "n", count: 4096)),
  ]

  @Test(arguments: cases) func partsAreTheSystems(_ example: Case) {
    #expect(PathText.folder(of: example.path) == example.folder)
    #expect(PathText.name(of: example.path) == example.name)
  }

  @Test func namesAreJoined() {
    #expect(PathText.join("a", "b") == "a/b")
    #expect(PathText.join("a/", "b") == "a/b")
    #expect(PathText.join("/", "b") == "/b")
    #expect(PathText.join(".", "b") == "b")
    #expect(PathText.join("", "b") == "b")
    #expect(PathText.join("a", "/b") == "/b")
  }
}
