import { ticksOf } from '../ticks.ts';
import { tookOf } from '../words.ts';
import { escaped, percent } from './markup.ts';
import type { Panel, Row } from './panels.ts';

/** The panels as HTML: each a list of labels, and beside it an SVG of the same height that fills the width there is. */
export function panelsHtml(panels: readonly Panel[]): string {
  return panels.map((panel, i) => panelHtml(panel, panels[i - 1])).join('\n');
}

function panelHtml(panel: Panel, above: Panel | undefined): string {
  const zoomed = above !== undefined;
  const names = panel.rows.map((row) => {
    return `<li${row.shut && !zoomed ? ' class="shut"' : ''}><span>${escaped(row.label)}</span> <b>${tookOf(row)}</b></li>`;
  });
  const title = `<h2>${escaped(panel.title)}</h2>`;
  return [
    `<section class="panel${zoomed ? ' zoomed' : ''}">`,
    above ? `<div class="lens">${title}${lens(above)}</div>` : title,
    `<div class="draw"><ol>${names.join('')}</ol>${svg(panel, zoomed)}</div>`,
    '</section>',
  ].join('\n');
}

/** A shape that widens from the outage in the panel above to the full width of the panel below. */
function lens({ lens: part, from, to }: Panel): string {
  if (!part) return '';
  const [left, right] = [part.from, part.to].map((at) => ((100 * (at - from)) / Math.max(to - from, 1)).toFixed(2));
  const shape = `<polygon points="${left},0 ${right},0 100,10 0,10"/>`;
  return `<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">${shape}</svg>`;
}

/** Heights in em: a row (in the list too), its bar, the scale. */
const [ROW, BAR, SCALE] = [1.6, 0.85, 1.5];

function svg(panel: Panel, zoomed: boolean): string {
  const length = Math.max(panel.to - panel.from, 1);
  const share = (at: number) => (at - panel.from) / length;
  const rows = panel.rows.length * ROW;
  const top = zoomed ? 0 : SCALE;
  const inner = [
    ...(panel.lens ? [band(share(panel.lens.from), share(panel.lens.to), top)] : []),
    ...ticksOf(length).map((tick, i) =>
      tickSvg(tick.at / length, tick.label, { top, rows, below: zoomed, odd: i % 2 > 0 }),
    ),
    ...panel.rows.map((row, i) => barSvg(row, top + i * ROW, share, zoomed)),
  ];
  const label = escaped(`${panel.title}: ${panel.rows.map((r) => `${r.label} ${tookOf(r)}`).join(', ')}`);
  return `<svg class="bars" role="img" aria-label="${label}" height="${em(rows + SCALE)}">${inner.join('')}</svg>`;
}

function band(from: number, to: number, top: number): string {
  const width = percent(Math.max(to - from, THIN));
  return `<rect class="band" x="${percent(from)}" width="${width}" y="${em(top)}" height="100%"/>`;
}

/** The smallest share of the width that a bar gets: about three pixels. */
const THIN = 0.005;

function barSvg(row: Row, y: number, share: (at: number) => number, zoomed: boolean): string {
  const x = Math.min(Math.max(share(row.from), 0), 1 - THIN);
  const width = Math.min(Math.max(share(row.to) - share(row.from), THIN), 1 - x);
  const kind = row.shut && !zoomed ? 'shut' : row.who;
  const place = `x="${percent(x)}" width="${percent(width)}" y="${em(y + (ROW - BAR) / 2)}" height="${em(BAR)}" rx="2"`;
  return `<rect class="${kind}${row.done ? '' : ' cut'}" ${place}><title>${escaped(`${row.label}, ${tookOf(row)}`)}</title></rect>`;
}

interface Scale {
  readonly top: number;
  readonly rows: number;
  readonly below: boolean;
  /** Its label is left out on a narrow screen. */
  readonly odd: boolean;
}

function tickSvg(at: number, label: string, { top, rows, below, odd }: Scale): string {
  const anchor = at === 0 ? 'start' : at > 0.95 ? 'end' : 'middle';
  const x = percent(at);
  const line = `<line x1="${x}" x2="${x}" y1="${em(top)}" y2="${em(top + rows)}"/>`;
  return `${line}<text${odd ? ' class="odd"' : ''} x="${x}" y="${em(below ? rows + 1.15 : 1)}" text-anchor="${anchor}">${escaped(label)}</text>`;
}

function em(length: number): string {
  return `${Number(length.toFixed(3))}em`;
}
