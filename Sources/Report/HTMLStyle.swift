/// The style sheet of all pages. Charts take their colours from it, so that they follow the reader's
/// scheme; `--c0` to `--c7` are told apart by colour-blind readers (after Okabe and Ito).
enum HTMLStyle {
  static let paletteSize = 8

  static var sheet: Markup { "\(light)\n\(dark)\n\(page)\n\(tables)\n\(charts)\n\(paper)" }

  private static let light: Markup = """
    :root {
      color-scheme: light dark;
      --paper: #ffffff; --ink: #1b2330; --soft: #5a6676; --rule: #d5dbe3; --grid: #e7ebf0;
      --tint: #f5f7fa; --accent: #0b62a4;
      --c0: #0072b2; --c1: #e69f00; --c2: #009e73; --c3: #cc79a7;
      --c4: #56b4e9; --c5: #d55e00; --c6: #8a6d3b; --c7: #6b7280; --c8: #5b3f99; --rest: #c3cad4;
      --sans: "Inter", "Segoe UI", system-ui, -apple-system, "Helvetica Neue", Arial, sans-serif;
      --mono: ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", Menlo, monospace;
    }
    """

  /// On screens only: paper is white.
  private static let dark: Markup = """
    @media screen and (prefers-color-scheme: dark) {
      :root {
        --paper: #12161c; --ink: #e6eaf0; --soft: #9aa6b5; --rule: #333c48; --grid: #252d37;
        --tint: #1a2029; --accent: #6bb5f0;
        --c0: #3d9be0; --c1: #f0b030; --c2: #22b890; --c3: #dd90bb;
        --c4: #8ccdf5; --c5: #f07c2c; --c6: #b8965a; --c7: #98a2b0; --c8: #a58fe0; --rest: #465160;
      }
    }
    """

  private static let page: Markup = """
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; }
    body {
      margin: 0 auto; padding: 2.5rem 1.5rem 3rem; max-width: 66rem;
      background: var(--paper); color: var(--ink);
      font: 15px/1.55 var(--sans);
    }
    h1 { margin: 0; font-size: 1.9rem; line-height: 1.2; letter-spacing: -0.01em; }
    h2 { margin: 0 0 0.4rem; font-size: 1.35rem; line-height: 1.25; letter-spacing: -0.005em; }
    h3 { margin: 1.6rem 0 0.3rem; font-size: 1.02rem; }
    p { margin: 0.4rem 0 0.8rem; max-width: 47rem; }
    a { color: var(--accent); }
    code { font-family: var(--mono); font-size: 0.86em; overflow-wrap: anywhere; }
    section { margin-top: 2.6rem; padding-top: 1.6rem; border-top: 1px solid var(--rule); }
    footer {
      margin-top: 2.6rem; padding-top: 0.8rem; border-top: 1px solid var(--rule);
      color: var(--soft); font-size: 0.85rem;
    }
    .lead { margin-top: 0.4rem; color: var(--soft); max-width: 47rem; }
    .note { color: var(--soft); font-size: 0.9rem; }
    .absent {
      padding: 0.7rem 1rem; border-left: 3px solid var(--rule); background: var(--tint);
      max-width: 47rem;
    }
    nav { display: flex; flex-wrap: wrap; gap: 0.3rem 1.2rem; margin-top: 1.1rem; }
    nav a { text-decoration: none; font-size: 0.92rem; }
    nav a:hover { text-decoration: underline; }
    .tiles {
      display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 0.8rem;
      margin: 0 0 1rem; padding: 0;
    }
    .tiles div { padding: 0.7rem 0.9rem; background: var(--tint); border-radius: 6px; }
    .tiles dt { color: var(--soft); font-size: 0.82rem; }
    .tiles dd { margin: 0; font-size: 1.15rem; font-weight: 600; line-height: 1.3; }
    .tiles dd small { display: block; color: var(--soft); font-size: 0.8rem; font-weight: 400; }
    """

  private static let tables: Markup = """
    .scroll { overflow-x: auto; margin: 0.6rem 0 1rem; }
    table {
      border-collapse: collapse; font-size: 0.84rem; line-height: 1.35;
      font-variant-numeric: tabular-nums;
    }
    caption { text-align: left; color: var(--soft); padding-bottom: 0.3rem; }
    th, td { padding: 0.2rem 0.8rem 0.2rem 0; text-align: left; vertical-align: top; }
    th:last-child, td:last-child { padding-right: 0; }
    thead th {
      border-bottom: 1px solid var(--rule); color: var(--soft); font-weight: 600;
      vertical-align: bottom;
    }
    thead .n { white-space: normal; }
    tbody tr + tr > * { border-top: 1px solid var(--grid); }
    th[scope="row"] { font-weight: 500; }
    .facts th { white-space: nowrap; }
    td, th { overflow-wrap: break-word; }
    .n { text-align: right; white-space: nowrap; }
    td small { display: block; color: var(--soft); }
    td code, th code { white-space: nowrap; overflow-wrap: normal; }
    thead button {
      all: unset; cursor: pointer; font: inherit; color: inherit; text-align: inherit;
    }
    thead button:hover { color: var(--accent); }
    thead button:focus-visible { outline: 2px solid var(--accent); }
    th[aria-sort="ascending"] button::after { content: " ▴"; }
    th[aria-sort="descending"] button::after { content: " ▾"; }
    .filter {
      font: inherit; font-size: 0.84rem; padding: 0.15rem 0.5rem; margin: 0.3rem 0;
      color: var(--ink); background: var(--paper); border: 1px solid var(--rule);
      border-radius: 4px;
    }
    [hidden] { display: none !important; }
    details { margin: 0.6rem 0 1rem; }
    summary { cursor: pointer; color: var(--accent); font-size: 0.9rem; }
    """

  private static let charts: Markup = """
    figure { margin: 0.8rem 0 1.2rem; overflow-x: auto; }
    .narrow { display: none; }
    @media screen and (max-width: 46rem) {
      body { padding: 1.5rem 1.25rem 2rem; }
      .wide { display: none; }
      .narrow { display: block; }
    }
    figcaption { color: var(--soft); font-size: 0.88rem; margin-bottom: 0.3rem; max-width: 47rem; }
    figcaption b { color: var(--ink); font-size: 0.98rem; }
    .panels {
      display: grid; grid-template-columns: repeat(auto-fill, minmax(min(19.5rem, 100%), 1fr));
      gap: 1rem 1.7rem; margin: 0.8rem 0 1.2rem;
    }
    .pair {
      display: grid; grid-template-columns: repeat(auto-fill, minmax(min(29rem, 100%), 1fr));
      gap: 0.6rem 2rem;
    }
    .panels figure, .pair figure { margin: 0; }
    .legend {
      display: flex; flex-wrap: wrap; gap: 0.25rem 1.3rem; margin: 0.5rem 0; padding: 0;
      list-style: none; font-size: 0.88rem;
    }
    .legend svg { width: 14px; height: 14px; margin-right: 0.4rem; vertical-align: -2px; }
    svg { display: block; max-width: 100%; height: auto; overflow: visible; }
    .legend svg { display: inline; }
    svg text { font-family: var(--sans); fill: var(--ink); font-variant-numeric: tabular-nums; }
    svg text.soft { fill: var(--soft); }
    svg text.bold { font-weight: 600; }
    svg text.mono { font-family: var(--mono); }
    svg text.on { fill: var(--paper); }
    .halo { paint-order: stroke; stroke: var(--paper); stroke-width: 3px; stroke-linejoin: round; }
    .box { fill: var(--tint); stroke: var(--rule); }
    .inner { fill: var(--paper); stroke: var(--rule); }
    .grid { stroke: var(--grid); fill: none; }
    .axis { stroke: var(--soft); fill: none; }
    .whisker { stroke: var(--ink); stroke-width: 1.3; fill: none; }
    .roof { stroke: var(--ink); stroke-width: 1.6; fill: none; }
    .thin { stroke: var(--soft); stroke-width: 1; fill: none; }
    .dashed { stroke-dasharray: 5 4; }
    .point { fill-opacity: 0.72; stroke: var(--paper); stroke-width: 0.6; }
    .point:hover { fill-opacity: 1; stroke: var(--ink); stroke-width: 1.4; }
    .doubtful { fill-opacity: 0.45; }
    .f0 { --hue: var(--c0); fill: var(--hue); } .f1 { --hue: var(--c1); fill: var(--hue); }
    .f2 { --hue: var(--c2); fill: var(--hue); } .f3 { --hue: var(--c3); fill: var(--hue); }
    .f4 { --hue: var(--c4); fill: var(--hue); } .f5 { --hue: var(--c5); fill: var(--hue); }
    .f6 { --hue: var(--c6); fill: var(--hue); } .f7 { --hue: var(--c7); fill: var(--hue); }
    .f8 { --hue: var(--c8); fill: var(--hue); } .rest { --hue: var(--rest); fill: var(--hue); }
    .l1 { fill: color-mix(in srgb, var(--hue) 62%, var(--paper)); }
    .l2 { fill: color-mix(in srgb, var(--hue) 36%, var(--paper)); }
    .curve { stroke: var(--hue); stroke-width: 1.6; }
    .level { stroke: var(--hue); stroke-width: 1.2; stroke-dasharray: 6 3; }
    svg .hollow, svg .curve, svg .tick { fill: none; }
    .faint { fill-opacity: 0.28; }
    .band { fill: var(--rest); fill-opacity: 0.35; }
    .frame { stroke: var(--ink); stroke-width: 1.1; fill: none; }
    .cut { stroke: var(--paper); stroke-width: 1; }
    .tick { stroke: var(--hue); stroke-width: 1; stroke-opacity: 0.55; }
    .tick.strong { stroke-opacity: 1; }
    .heat { box-shadow: inset 4px 0 var(--hue); padding-left: 0.7rem; }
    .heat.s0 { background: color-mix(in srgb, var(--hue) 10%, var(--paper)); }
    .heat.s1 { background: color-mix(in srgb, var(--hue) 20%, var(--paper)); }
    .heat.s2 { background: color-mix(in srgb, var(--hue) 32%, var(--paper)); }
    .heat.s3 { background: color-mix(in srgb, var(--hue) 44%, var(--paper)); }
    .heat.s4 { background: color-mix(in srgb, var(--hue) 56%, var(--paper)); }
    .m0 { fill: color-mix(in srgb, var(--c0) 18%, var(--paper)); }
    .m1 { fill: color-mix(in srgb, var(--c0) 38%, var(--paper)); }
    .m2 { fill: color-mix(in srgb, var(--c0) 58%, var(--paper)); }
    .m3 { fill: color-mix(in srgb, var(--c0) 80%, var(--paper)); }
    .m4 { fill: color-mix(in srgb, var(--c0) 78%, var(--ink)); }
    """

  private static let paper: Markup = """
    @media print {
      @page { margin: 14mm; }
      body { max-width: none; padding: 0; font-size: 10.5pt; }
      nav, .filter { display: none; }
      section { margin-top: 1.4rem; padding-top: 0.8rem; }
      h2, h3, figcaption, caption { break-after: avoid; }
      figure, tr, .tiles div { break-inside: avoid; }
      svg { min-width: 0 !important; }
      * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
      .scroll { overflow: visible; }
      table { font-size: 8pt; }
      details::details-content { content-visibility: visible; block-size: auto; }
      summary { color: var(--soft); list-style: none; }
      .panels { grid-template-columns: repeat(2, 1fr); }
    }
    """
}
