/// What pages have where scripts run: tables that are sorted by a click on a title, and boxes that
/// filter tables and panels. Without it nothing is missing but that.
///
/// A page allows this script and no other, by its SHA-256 (Content Security Policy, level 3).
enum HTMLScript {
  /// Base64 of `text`'s SHA-256; `scripts/check-report` fails where it is not.
  static let hash = "2G2xYsaBL9t+Exkjh2yDRkBVboFLJm/SM1Dsz2vt99Y="

  static let text = #"""
    (() => {
      const number = text => parseFloat(text.replace(/,/g, '').replace('−', '-').replace('+', ''));
      const words = cell => cell && cell.firstChild ? cell.firstChild.textContent.trim() : '';
      const box = (place, label, pieces) => {
        const input = document.createElement('input');
        input.type = 'search';
        input.className = 'filter';
        input.placeholder = label;
        input.setAttribute('aria-label', label);
        input.addEventListener('input', () => {
          const wanted = input.value.toLowerCase();
          for (const [piece, text] of pieces) piece.hidden = !text.includes(wanted);
        });
        place.before(input);
      };
      for (const table of document.querySelectorAll('.scroll > table')) {
        const body = table.tBodies[0], rows = [...body.rows];
        if (rows.length < 3) continue;
        if (rows.length > 11) {
          box(table.parentElement, 'filter rows', rows.map(r => [r, r.textContent.toLowerCase()]));
        }
        const titles = [...table.tHead.rows[0].cells];
        titles.forEach((title, column) => {
          const button = document.createElement('button');
          button.append(...title.childNodes);
          title.append(button);
          button.addEventListener('click', () => {
            const isNumber = title.classList.contains('n');
            const old = title.getAttribute('aria-sort');
            for (const other of titles) other.removeAttribute('aria-sort');
            const sign = old === 'ascending' ? -1 : 1;
            if (old === 'descending') return body.append(...rows);
            title.setAttribute('aria-sort', sign > 0 ? 'ascending' : 'descending');
            const compare = (a, b) => {
              const [x, y] = [words(a.cells[column]), words(b.cells[column])];
              if (!isNumber) return sign * x.localeCompare(y, 'en', { numeric: true });
              const [p, q] = [number(x), number(y)];
              return isNaN(p) || isNaN(q) ? isNaN(p) - isNaN(q) : sign * (p - q);
            };
            body.append(...[...rows].sort(compare));
          });
        });
      }
      for (const panels of document.querySelectorAll('.panels')) {
        const all = [...panels.children];
        if (all.length > 5) {
          box(panels, 'filter networks', all.map(f => [f, f.textContent.toLowerCase()]));
        }
      }
    })();
    """#
}
