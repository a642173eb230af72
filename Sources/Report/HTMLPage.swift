/// A page that is one file: no link to anything, inline style and drawings, and no script that it
/// needs (`HTMLScript`). Readable on
/// wide and narrow screens, light and dark, and printed.
public struct HTMLPage: Sendable {
  /// A chapter with a place in the table of contents.
  public struct Section: Sendable {
    /// Of the anchor: letters and hyphens.
    public var id: String
    public var title: String
    public var content: Markup

    public init(id: String, title: String, content: Markup) {
      self.id = id
      self.title = title
      self.content = content
    }
  }

  public var title: String
  /// Under the title: what this is and where it comes from.
  public var lead: Markup
  public var sections: [Section]
  /// The last line, in small print.
  public var footer: Markup

  public init(title: String, lead: Markup, sections: [Section], footer: Markup) {
    self.title = title
    self.lead = lead
    self.sections = sections
    self.footer = footer
  }

  /// The whole file.
  public var text: String {
    let links = sections.map { "<a href=\"#\($0.id)\">\($0.title)</a>" as Markup }
    let contents: Markup =
      sections.count > 1 ? "<nav aria-label=\"Contents\">\(links)</nav>\n" : ""
    let chapters = sections.map { section in
      """
      <section id="\(section.id)" aria-labelledby="\(section.id)-title">
      <h2 id="\(section.id)-title">\(section.title)</h2>
      \(section.content)
      </section>

      """ as Markup
    }
    let page: Markup = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta http-equiv="Content-Security-Policy" \
      content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-\(HTMLScript.hash)'">
      <title>\(title)</title>
      <style>
      \(HTMLStyle.sheet)
      </style>
      </head>
      <body>
      <header>
      <h1>\(title)</h1>
      <div class="lead">\(lead)</div>
      \(contents)</header>
      <main>
      \(chapters)</main>
      <footer>\(footer)</footer>
      <script>\(Markup(stringLiteral: HTMLScript.text))</script>
      </body>
      </html>

      """
    return page.text
  }
}
