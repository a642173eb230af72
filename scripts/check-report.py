"""What scripts/check-report asks of pages, pictures and made-up results."""

import base64
import csv
import hashlib
import json
import pathlib
import re
import struct
import sys
import zlib

MEASURE = """
<script>
const problems = [], sections = [];
const folded = [...document.querySelectorAll('details:not([open])')];
for (const fold of folded) fold.open = true;
const place = e => (e.closest('section') || document.body).id || 'page';
for (const svg of document.querySelectorAll('main svg')) {
  // Every figure is there twice, for wide and for narrow windows.
  if (!svg.getClientRects().length) continue;
  const box = svg.viewBox.baseVal, texts = [], scale = svg.getBoundingClientRect().width / box.width;
  for (const text of svg.querySelectorAll('text')) {
    const b = text.getBBox(), words = text.firstChild ? text.firstChild.textContent : '';
    if (!words.trim()) continue;
    const size = scale * parseFloat(getComputedStyle(text).fontSize);
    if (size < 9.9) problems.push(`${place(svg)}: "${words}" is ${size.toFixed(1)} pixels high`);
    if (b.x < -1 || b.y < -2 || b.x + b.width > box.width + 1 || b.y + b.height > box.height + 2)
      problems.push(`${place(svg)}: "${words}" leaves ${svg.getAttribute('aria-label')}`);
    for (const [other, name] of texts)
      if (b.x < other.x + other.width - 2 && other.x < b.x + b.width - 2 &&
          b.y < other.y + other.height - 5 && other.y < b.y + b.height - 5)
        problems.push(`${place(svg)}: "${words}" is over "${name}"`);
    texts.push([b, words]);
  }
  const r = svg.getBoundingClientRect();
  if (r.width < 5 || r.height < 5) problems.push(`${place(svg)}: a drawing has no size`);
  // A wide drawing is scrolled within its figure.
  const frame = svg.closest('figure');
  if (r.right > innerWidth + 1 && !(frame && frame.scrollWidth > frame.clientWidth)) problems.push(`${place(svg)}: a drawing leaves the page`);
}
if (document.documentElement.scrollWidth > innerWidth)
  problems.push(`the page is ${document.documentElement.scrollWidth} pixels wide`);
for (const box of document.querySelectorAll('.pair .scroll'))
  if (innerWidth > 1000 && !box.closest('details') && box.scrollWidth > box.clientWidth + 1)
    problems.push(`${place(box)}: ${box.getAttribute('aria-label')} has to be scrolled`);
for (const table of document.querySelectorAll('.scroll > table')) {
  const titles = [...table.tHead.rows[0].cells], column = titles.findIndex(t => t.className === 'n');
  if (table.tBodies[0].rows.length < 3 || column < 0) continue;
  const figures = () => [...table.tBodies[0].rows].map(
    row => parseFloat(row.cells[column].textContent.replace(/,/g, ''))).filter(x => !isNaN(x));
  const before = figures();
  const press = () => titles[column].querySelector('button')?.click();
  press();
  if (figures().some((x, i, all) => i > 0 && x < all[i - 1]))
    problems.push(`${place(table)}: ${table.caption.textContent} is not sorted by ${titles[column].textContent}`);
  press();
  press();
  if (figures().join() !== before.join())
    problems.push(`${place(table)}: ${table.caption.textContent} does not come back to its order`);
}
for (const fold of folded) fold.open = false;
for (const section of document.querySelectorAll('main > section')) {
  const r = section.getBoundingClientRect();
  sections.push({id: section.id, x: r.x, y: r.y + scrollY, width: r.width, height: r.height,
                 drawings: section.querySelectorAll('svg').length});
  if (!section.querySelector('svg, table, .absent, dl')) problems.push(`${section.id}: is empty`);
}
const result = document.createElement('pre');
result.id = 'measured';
result.textContent = JSON.stringify(
  {problems, sections, height: Math.ceil(document.documentElement.scrollHeight)});
document.body.append(result);
</script>
"""


def fail(text):
    sys.exit(f"check-report: {text}")


def instrument(path):
    page = pathlib.Path(path).read_text()
    scripts = re.findall(r"<script>(.*?)</script>", page, re.S)
    if len(scripts) != 1 or len(re.findall(r"<script", page, re.I)) != 1:
        fail(f"{path}: has another script than its own")
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    if f"script-src 'sha256-{digest}'" not in page:
        fail(f"{path}: allows another script than its own; that has sha256-{digest}")
    if re.search(r"javascript:|https?://(?!www\.w3\.org)", page.replace(scripts[0], ""), re.I):
        fail(f"{path}: holds a link to elsewhere")
    page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    print(page.replace("</body>", MEASURE + "</body>"))


def section(path, name):
    """A page with one chapter, without what is folded and what its second half repeats."""
    page = pathlib.Path(path).read_text()
    found = re.search(rf'<section id="{name}".*?</section>', page, re.S)
    if not found:
        fail(f"{path}: has no chapter {name}")
    text, count = found[0], 1
    while count:
        text, count = re.subn(r"<details>(?:(?!<details>).)*?</details>", "", text, flags=re.S)
    text = text.split("<h3>Every machine by itself")[0].removesuffix("</section>")
    style = "<style>section { margin: 0; padding: 0; border: 0; } .filter { display: none; }</style>"
    head, script = page[: page.index("<body>")], page[page.index("<script>") :]
    print(head.replace("</head>", style + "</head>") + f"<body><main>{text}</section></main>{script}")


def frame(path, width, height):
    """A window of any width: browsers have a least one."""
    print(
        f"""<!DOCTYPE html><body style="margin:0"><iframe src="{path}"
        style="border:0;display:block;width:{width}px;height:{height}px"></iframe><script>
        onload = () => document.body.append(
          document.querySelector('iframe').contentDocument.getElementById('measured') || '');
        </script></body>"""
    )


def measured(dom):
    found = re.search(r'<pre id="measured">(.*?)</pre>', pathlib.Path(dom).read_text(), re.S)
    if not found:
        fail("the page did not measure itself")
    text = found.group(1)
    for entity, letter in [("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")]:
        text = text.replace(entity, letter)
    return json.loads(text)


def layout(dom, name):
    result = measured(dom)
    if result["problems"]:
        for problem in result["problems"][:20]:
            print(f"  {problem}", file=sys.stderr)
        fail(f"{name}: {len(result['problems'])} problems")
    print(result["height"])


def read_png(path):
    """Rows of an 8-bit RGB or RGBA picture, and the bytes of a pixel."""
    data = pathlib.Path(path).read_bytes()
    position, parts, header = 8, [], None
    while position < len(data):
        length, kind = struct.unpack(">I4s", data[position : position + 8])
        body = data[position + 8 : position + 8 + length]
        if kind == b"IHDR":
            header = struct.unpack(">IIBBBBB", body)
        if kind == b"IDAT":
            parts.append(body)
        position += 12 + length
    width, _, depth, colour = header[:4]
    if depth != 8 or colour not in (2, 6):
        fail(f"{path}: a picture of another kind")
    step = 3 if colour == 2 else 4
    stride = width * step
    raw, rows, prior = zlib.decompress(b"".join(parts)), [], bytearray(stride)
    for start in range(0, len(raw), stride + 1):
        kind, row = raw[start], bytearray(raw[start + 1 : start + 1 + stride])
        if kind == 1:
            for i in range(step, stride):
                row[i] = (row[i] + row[i - step]) & 255
        elif kind == 2:
            row = bytearray((a + b) & 255 for a, b in zip(row, prior))
        elif kind == 3:
            for i in range(stride):
                left = row[i - step] if i >= step else 0
                row[i] = (row[i] + (left + prior[i]) // 2) & 255
        elif kind == 4:
            for i in range(stride):
                a = row[i - step] if i >= step else 0
                b, c = prior[i], prior[i - step] if i >= step else 0
                p = a + b - c
                pa, pb, pc = abs(p - a), abs(p - b), abs(p - c)
                row[i] = (row[i] + (a if pa <= pb and pa <= pc else b if pb <= pc else c)) & 255
        rows.append(row)
        prior = row
    return rows, step


def pixels(dom, path, view):
    """Every chapter has ink on it, and the paper is light or dark as asked for."""
    rows, step = read_png(path)
    paper = bytes(rows[2][2 * step : 2 * step + 3])
    if (sum(paper) < 240) != (view == "dark"):
        fail(f"{path}: the paper has the colour {tuple(paper)}")
    for section in measured(dom)["sections"]:
        top, bottom = int(section["y"]), int(section["y"] + section["height"])
        if bottom > len(rows) + 1:
            fail(f"{path}: {section['id']} ends at {bottom}, the picture at {len(rows)}")
        colours, ink, count = set(), 0, 0
        for row in rows[top + 2 : bottom : 3]:
            left, right = int(section["x"]), int(section["x"] + section["width"])
            for x in range(left, right, 2):
                colour = bytes(row[x * step : x * step + 3])
                count += 1
                if colour != paper:
                    ink += 1
                    colours.add(colour)
        if count == 0 or ink < 0.004 * count or len(colours) < 8:
            fail(f"{path}: {section['id']} shows nothing ({ink} of {count} points)")


def pdf(path):
    data = pathlib.Path(path).read_bytes()
    if not data.startswith(b"%PDF") or len(data) < 30_000 or b"/Type /Page" not in data:
        fail(f"{path}: is no printed report ({len(data)} bytes)")


# Made-up results


def synthesise(results, target):
    """Two machines, several threads and instruction sets and another tool, from committed rows."""
    source = next(pathlib.Path(results).glob("*/networks.csv")).parent
    networks = list(csv.DictReader(open(source / "networks.csv")))
    layers = list(csv.DictReader(open(source / "layers.csv")))
    first = {(row["network"], row["run"]) for row in networks}
    own = [("avx512", 2, 1.0), ("avx512", 1, 1.85), ("avx2", 2, 1.7)]
    far = [("avx2", 8, 0.6), ("avx2", 32, 0.31)]
    machine = networks[0]["machine_id"], networks[0]["machine"], networks[0]["cpu"], 2
    other = "0123456789ab", "intel-xeon-<script>alert(1)</script>-32c", "Xeon & \"Sons\"", 32
    for folder, who, configurations in [("here", machine, own), ("far", other, far)]:
        write_machine(pathlib.Path(target) / folder, who, configurations, networks, layers, first)
    write_calibration(pathlib.Path(target) / "here", machine[0], "2", 2, 500, "1 × L3 32 MiB for 2 cores")
    write_calibration(
        pathlib.Path(target) / "far", other[0], "32", 8, 900, "2 × L3 48 MiB for 16 cores")


def write_machine(folder, who, configurations, networks, layers, runs):
    folder.mkdir(parents=True)
    kinds = [("networks.csv", networks, False), ("layers.csv", layers, True)]
    for name, rows, is_layers in kinds:
        fields = list(rows[0])
        if "tool" not in fields:
            fields.insert(3, "tool")
        with open(folder / name, "w", newline="") as file:
            writer = csv.DictWriter(file, fields)
            writer.writeheader()
            for index, (isa, threads, factor) in enumerate(configurations):
                for position, row in enumerate(rows):
                    if (row["network"], row["run"]) in runs:
                        writer.writerow(
                            scaled(row, who, isa, threads, factor, f"{index}", position))
            if not is_layers:
                for position, row in enumerate(rows):
                    new = scaled(row, who, "avx512", 2, 1.2 + position % 5 / 10, "p", position)
                    new.update(tool="onnxruntime", tool_version="1.31.0", choice="")
                    new.update(peak_gflops="", percent_of_peak="")
                    if position % 3 != 1:
                        writer.writerow(new)


def scaled(row, who, isa, threads, factor, tag, position):
    new = dict(row, machine_id=who[0], machine=who[1], cpu=who[2], cores=who[3], isa=isa)
    new.update(threads=threads, run=tag + row["run"][1:], tool="convbench")
    factor *= 1 + (position * 37 % 11 - 5) / 40 if "median_ms" in row else 1
    for column in ["median_ms", "ci_low_ms", "ci_high_ms", "min_ms", "p90_ms", "p99_ms", "ms"]:
        if row.get(column):
            new[column] = float(row[column]) * factor
    for column in ["gflops", "images_per_s"]:
        if row.get(column):
            new[column] = float(row[column]) / factor
    if row.get("peak_gflops"):
        new["peak_gflops"] = 250.0 * threads * (1 if isa == "avx512" else 0.5)
    return new


def write_calibration(folder, identity, cores, threads, peak, l3):
    count = int(cores)
    facts = [
        ("cpu", "made up"), ("architecture", "x86_64"), ("isa", "baseline avx2 avx512"),
        ("packages", "2" if count > 8 else "1"), ("cores", cores), ("threads per core", "2"),
        ("caches", f"{l3}, {cores} × L2 1 MiB per core, {cores} × L1d 48 KiB per core"),
    ]
    bandwidths = [("L1", 1600), ("L2", 400), ("L3", 150), ("memory", 25)]
    text = {
        "format": 1, "toolVersion": "0.1.0", "time": "2026-11-21T09:00:00Z",
        "machine": {"id": identity, "fields": [{"name": n, "value": v} for n, v in facts]},
        "peaks": [
            {"instructionSet": isa, "threads": threads, "gflops": peak * share, "clockEstimate": 3.9}
            for isa, share in [("baseline", 0.25), ("avx2", 0.55), ("avx512", 1.0)]
        ],
        "bandwidths": [
            {"threads": threads, "levels": [
                {"name": n, "bytesPerWorker": 1 << 20, "load": b, "copy": b} for n, b in bandwidths]}
        ],
        "bandwidthInstructionSet": "avx512", "barriers": [], "validity": "valid",
    }
    (folder / f"calibration-{identity}.json").write_text(json.dumps(text))


if __name__ == "__main__":
    {"instrument": instrument, "section": section, "frame": frame, "layout": layout, "pixels": pixels, "pdf": pdf,
     "synthesise": synthesise}[sys.argv[1]](*sys.argv[2:])
