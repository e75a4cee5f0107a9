import { counted } from '../../../base/text.ts';
import type { Stretch } from '../stretches.ts';
import { outageMs, type Timeline } from '../timeline.ts';
import {
  beganAndEnded,
  duration,
  eventWords,
  moment,
  OUTCOMES,
  oldMasterWords,
  outageFigure,
  someNotes,
  tookOf,
} from '../words.ts';
import { escaped } from './markup.ts';
import { panelsHtml } from './panel.ts';
import { panelsOf } from './panels.ts';
import { STYLE } from './style.ts';

/**
 * A switch as one self-contained page: no script, font or picture, and its policy forbids loading any. Everything that
 * comes from the record is escaped.
 */
export function htmlPage(timeline: Timeline, version: string): string {
  const { origMaster, newMaster } = timeline;
  const title = `${clusterOf(timeline)}: ${origMaster} → ${newMaster}, ${moment(timeline.began)}`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
${headerHtml(timeline)}
${figuresHtml(timeline)}
${drawingHtml(timeline)}
${tableHtml(timeline)}
${oldMasterHtml(timeline)}
${notesHtml(timeline)}
${footerHtml(timeline, version)}
</body>
</html>
`;
}

function headerHtml(timeline: Timeline): string {
  const { kind, outcome, origMaster, newMaster, lengthMs } = timeline;
  const look = { finished: '', 'not checked': '', 'put back': ' back', 'not ended': ' open' }[outcome];
  const words = OUTCOMES[outcome].toLowerCase();
  const length = lengthMs > 0 && outcome !== 'not ended' && kind !== 'failover' ? `, ${duration(lengthMs)} in all` : '';
  const long = origMaster.length + newMaster.length > LONG_NAMES ? ' class="long"' : '';
  const [from, to] = [origMaster, newMaster].map((name) => `<span>${escaped(name)}</span>`);
  return [
    '<header>',
    `<p class="kind"><b>${escaped(clusterOf(timeline))}</b> ${kind}</p>`,
    `<p class="outcome${look}">${words}</p>`,
    `<h1${long}>${from} <i>→</i> ${to}</h1>`,
    `<p class="when">${escaped(beganAndEnded(timeline))}${length}</p>`,
    '</header>',
  ].join('\n');
}

/** Two names with more characters than this do not fit on a line in large letters. */
const LONG_NAMES = 50;

/** MHA's file is named after the cluster. */
function clusterOf({ conf }: Timeline): string {
  return conf.replace(/^.*\//, '').replace(/\.(cnf|conf)$/, '');
}

function figuresHtml(timeline: Timeline): string {
  const { figure, meaning } = outageFigure(timeline);
  const bad = timeline.outage !== undefined;
  const { accounts, locked, sessions, atWork, events } = timeline.tally;
  const number = (n: number) => n.toLocaleString('en-US');
  const tiles: (readonly [string, string])[] = [
    [number(accounts), `accounts shut out${locked > 0 ? `, ${number(locked)} of them locked` : ''}`],
    sessions === undefined ? ['–', 'sessions ended: not recorded'] : [number(sessions), 'sessions ended'],
    ...(sessions === undefined ? [] : [[number(atWork ?? 0), 'of these at work, about'] as const]),
    [number(events), `scheduled events ${eventWords(timeline)}`],
  ];
  const shown = timeline.kind === 'failover' ? tiles.slice(-1) : tiles;
  return [
    '<dl class="figures">',
    `<div class="outage${bad ? '' : ' none'}"><dd>${escaped(figure)}</dd><dt>${escaped(meaning)}</dt></div>`,
    ...shown.map(([value, label]) => `<div><dd>${value}</dd><dt>${label}</dt></div>`),
    '</dl>',
  ].join('\n');
}

function drawingHtml(timeline: Timeline): string {
  const panels = panelsOf(timeline);
  if (panels.length === 0) return '<p>This record has no times that could be drawn.</p>';
  const used = new Set(panels.flatMap((panel) => panel.rows.map((row) => row.who)));
  const names = Object.entries(WHO).filter(([who]) => used.has(who as Stretch['who']));
  const swatch = (kind: string) =>
    `<svg aria-hidden="true"><rect class="${kind}" width="100%" height="100%" rx="2"/></svg>`;
  const legend = [...names, ...(timeline.outage ? [['shut', 'nobody could write']] : [])];
  const items = legend.map(([kind, words]) => `<li>${swatch(kind ?? '')}${words}</li>`);
  return `${panelsHtml(panels)}\n<ul class="legend">${items.join('')}</ul>`;
}

const WHO: Readonly<Record<Stretch['who'], string>> = {
  stop: 'stop, on the old master',
  MHA: 'MHA itself',
  start: 'start, on the new master',
  recovery: 'settling afterwards',
};

function tableHtml(timeline: Timeline): string {
  const { outage } = timeline;
  const rows = timeline.stretches.map((s) => {
    const shut = outage && s.from >= outage.from && s.from < (outage.to ?? Number.POSITIVE_INFINITY);
    const cells = [
      `<td class="step">${escaped(s.label)}</td>`,
      `<td class="on">${escaped(s.where)}</td>`,
      `<td>${escaped(s.detail)}</td>`,
    ];
    const [began, took] = [`+${duration(s.from)}`, tookOf(s)].map((text) => `<td class="n">${text}</td>`);
    return `<tr${shut ? ' class="shut"' : ''}>${began}${cells.join('')}${took}</tr>`;
  });
  if (rows.length === 0) return '';
  const head = '<tr><th class="n">began</th><th>step</th><th>on</th><th>what</th><th class="n">took</th></tr>';
  return `<table>\n<thead>${head}</thead>\n<tbody>\n${rows.join('\n')}\n</tbody>\n</table>`;
}

/** Never cut: what is lost stands here. */
function oldMasterHtml(timeline: Timeline): string {
  const { wrong, other } = oldMasterWords(timeline);
  const items = [
    ...wrong.map((text) => `<li class="wrong">${escaped(text)}</li>`),
    ...other.map((text) => `<li>${escaped(text)}</li>`),
  ];
  if (items.length === 0) return '';
  return `<section class="notes">\n<h2>The old master</h2>\n<ul>\n${items.join('\n')}\n</ul>\n</section>`;
}

function notesHtml({ notes, remarks }: Timeline): string {
  const items = [...noteItems(notes, 'wrong', { onScreen: 20, onPaper: 4 }), ...noteItems(remarks, '', ROOM)];
  if (items.length === 0) return '';
  return `<section class="notes">\n<h2>Notes</h2>\n<ul>\n${items.join('\n')}\n</ul>\n</section>`;
}

/** How many remarks are shown, and how many characters of each note. */
const ROOM = { onScreen: 10, onPaper: 3 };
const LONGEST = 400;

function noteItems(notes: readonly string[], kind: string, { onScreen, onPaper }: typeof ROOM): string[] {
  const items = someNotes(notes, onScreen).map((note, i) => {
    const words = note.length > LONGEST ? `${note.slice(0, LONGEST - 1)}…` : note;
    const where = notes.length > onPaper && i >= onPaper - 1 ? ' screen' : '';
    return `<li class="${kind}${where}">${escaped(words)}</li>`;
  });
  const last = notes.length > onPaper ? someNotes(notes, onPaper).at(-1) : undefined;
  return last === undefined ? items : [...items, `<li class="${kind} paper">${escaped(last)}</li>`];
}

function footerHtml(timeline: Timeline, version: string): string {
  const { id, conf, replicas } = timeline;
  const named = replicas.join(', ');
  const others = named.length > 150 ? `${counted(replicas.length, 'other server')}.` : `Other servers: ${named}.`;
  const means = outageMs(timeline) === undefined ? '' : OUTAGE_MEANS;
  const more = `${replicas.length > 0 ? ` ${escaped(others)}` : ''}${means}`;
  return `<footer>Record ${escaped(id)}, ${escaped(conf)}.${more} mha-helper ${escaped(version)}.</footer>`;
}

const OUTAGE_MEANS =
  ' The outage is what the scripts know: from shutting out the first account in use until a server was writable again, read back there.';
