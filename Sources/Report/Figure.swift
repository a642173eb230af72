/// A drawing that is made twice: for windows and paper, and for the width of a telephone, where a wide
/// drawing made smaller could not be read. The style sheet shows one of them.
enum Figure {
  /// Of the content of a page in a window of 400 pixels.
  static let narrow = 360.0

  /// - Parameter draw: the drawing in a width, pixels.
  static func markup(wide: Double = 1000, _ draw: (Double) -> Drawing) -> Markup {
    """
    <div class="wide">\(draw(wide).markup)</div><div class="narrow">\(draw(narrow).markup)</div>

    """
  }
}
