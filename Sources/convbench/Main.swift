import Commands

/// The executable: all of it is in `Commands`, where tests reach it.
@main
enum Main {
  static func main() {
    Program.main()
  }
}
