import { createHash } from 'node:crypto';

/** Colours by what they are for. Text on its surface has a contrast of at least 4.5, edges of controls at least 3. */
export interface Palette {
  readonly page: string;
  readonly surface: string;
  readonly text: string;
  readonly mutedText: string;
  readonly line: string;
  readonly controlEdge: string;
  readonly accent: string;
  readonly onAccent: string;
  readonly accentTint: string;
  readonly onAccentTint: string;
  readonly danger: string;
  readonly onDanger: string;
  readonly dangerTint: string;
  readonly onDangerTint: string;
  readonly noteTint: string;
  readonly onNoteTint: string;
}

export const lightPalette: Palette = {
  page: '#f3f6f5',
  surface: '#ffffff',
  text: '#14262a',
  mutedText: '#4a5f64',
  line: '#dbe5e3',
  controlEdge: '#76898c',
  accent: '#0b665f',
  onAccent: '#ffffff',
  accentTint: '#e0f1ed',
  onAccentTint: '#0a4842',
  danger: '#a8262b',
  onDanger: '#ffffff',
  dangerTint: '#fdeceb',
  onDangerTint: '#86191f',
  noteTint: '#fdf3dc',
  onNoteTint: '#5f4300',
};

export const darkPalette: Palette = {
  page: '#0d1517',
  surface: '#152023',
  text: '#e6efee',
  mutedText: '#a3b6b8',
  line: '#27363a',
  controlEdge: '#6d8287',
  accent: '#63d2c2',
  onAccent: '#04231f',
  accentTint: '#12332f',
  onAccentTint: '#b5ece2',
  danger: '#ff9d97',
  onDanger: '#3b0507',
  dangerTint: '#3a1a1b',
  onDangerTint: '#ffc9c5',
  noteTint: '#332a12',
  onNoteTint: '#f6dfa5',
};

const variables = (palette: Palette): string =>
  Object.entries(palette)
    .map(([name, color]) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}:${color}`)
    .join(';');

/** The only style of the pages; written inline, so that a page is one request. */
export const stylesheet = `
:root{color-scheme:light dark;${variables(lightPalette)}}
@media (prefers-color-scheme:dark){:root{${variables(darkPalette)}}}
*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--text);font:1.0625rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere;min-height:100vh;display:flex;flex-direction:column}
.column{width:100%;max-width:36rem;margin:0 auto;padding:0 1rem}
header .column{display:flex;align-items:center;gap:.625rem;padding-top:1.125rem;padding-bottom:1.125rem;font-weight:600;letter-spacing:-.005em}
header svg{flex:none;color:var(--accent)}
main.column{flex:1;padding-bottom:2rem}
h1,h2,h3{line-height:1.22;letter-spacing:-.014em;margin:0;text-wrap:balance}
h1{font-size:1.625rem}
h2{font-size:1.1875rem}
p{margin:.5rem 0 0}
a{color:var(--accent);text-underline-offset:.18em}
:focus-visible{outline:3px solid var(--accent);outline-offset:3px;border-radius:.375rem}
[tabindex="-1"]:focus{outline:none}
a[href^="tel:"]:not(.button),a[href^="sms:"]{white-space:nowrap}
.muted{color:var(--muted-text)}
.small{font-size:.9375rem}
.hidden{position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.card{background:var(--surface);border:1px solid var(--line);border-radius:1.125rem;padding:1.25rem;margin-top:1rem}
.intro{padding:.25rem 0 .125rem}
.note{border-radius:1.125rem;padding:1rem 1.25rem;margin:0 0 1rem;background:var(--accent-tint);color:var(--on-accent-tint)}
.note.warn{background:var(--note-tint);color:var(--on-note-tint)}
.note.alarm{background:var(--danger-tint);color:var(--on-danger-tint)}
.note p{margin-top:.25rem}
.intro+.note{margin-top:1rem}
.note a{color:inherit}
.note :focus-visible{outline-color:currentColor}
.when{display:flex;gap:1rem;align-items:center}
.tile{flex:none;width:4.25rem;border-radius:.875rem;overflow:hidden;text-align:center;background:var(--accent-tint);color:var(--on-accent-tint);line-height:1.1}
.tile b{display:block;font-size:.8125rem;font-weight:600;letter-spacing:.04em;padding:.3125rem 0 .25rem;background:var(--accent);color:var(--on-accent)}
.tile span{display:block;font-size:1.75rem;font-weight:650;padding:.4375rem 0 .5rem;font-variant-numeric:tabular-nums}
.when .day{font-size:1.25rem;font-weight:650;line-height:1.25;letter-spacing:-.012em}
.when p{margin-top:.125rem}
.facts{margin:1.125rem 0 0;padding:1rem 0 0;border-top:1px solid var(--line);display:grid;grid-template-columns:auto 1fr;gap:.375rem 1rem}
.facts dt{color:var(--muted-text)}
.facts dd{margin:0;font-weight:550}
.state{font-weight:600}
.state svg{vertical-align:-.125em;margin-right:.25rem}
.state.good{color:var(--accent)}
.actions{margin-top:1.25rem;display:grid;gap:.75rem}
.actions+p,form+p,.facts+p{margin-top:1rem}
button,.button{font:inherit;font-weight:600;min-height:3.25rem;width:100%;padding:.6875rem 1.125rem;border-radius:.875rem;border:1px solid transparent;cursor:pointer;text-align:center;text-decoration:none;display:flex;align-items:center;justify-content:center}
.primary{background:var(--accent);color:var(--on-accent)}
.quiet{background:transparent;color:var(--accent);border-color:var(--control-edge)}
.danger{background:var(--danger);color:var(--on-danger)}
.danger:focus-visible{outline-color:var(--danger)}
@media (hover:hover){.primary:hover,.danger:hover{filter:brightness(1.08)}.quiet:hover,.time:hover{background:var(--accent-tint);color:var(--on-accent-tint)}}
.days{margin:1rem 0 0;padding:0;list-style:none;display:grid;gap:1rem}
.days h3{font-size:1rem;font-weight:600;margin-bottom:.5rem}
.times{display:grid;grid-template-columns:repeat(auto-fill,minmax(6.5rem,1fr));gap:.5rem;margin:0;padding:0;list-style:none}
.time{min-height:3rem;padding:.5rem .25rem;background:var(--surface);color:var(--accent);border-color:var(--control-edge);font-variant-numeric:tabular-nums;white-space:nowrap}
.plain{margin:.75rem 0 0;padding:0;list-style:none;display:grid;gap:.375rem}
details{margin-top:1rem}
summary{cursor:pointer;min-height:3rem;display:flex;align-items:center;justify-content:center;color:var(--muted-text);text-decoration:underline;text-underline-offset:.18em;list-style:none;border-radius:.875rem}
summary::-webkit-details-marker{display:none}
details[open] summary{justify-content:flex-start;color:var(--text);font-weight:600;text-decoration:none}
details[open]{background:var(--surface);border:1px solid var(--line);border-radius:1.125rem;padding:.5rem 1.25rem 1.25rem}
footer{border-top:1px solid var(--line);color:var(--muted-text);font-size:.9375rem}
footer .column{padding-top:1.25rem;padding-bottom:2rem}
footer p:first-child{margin-top:0;color:var(--text);font-weight:600}
footer a{color:inherit}
fieldset{border:0;margin:0;padding:0;min-width:0}
.question{padding:1.375rem 0;border-top:1px solid var(--line)}
h2+.question,.lead+.question{border-top:0}
.card>.question:last-child{padding-bottom:.25rem}
legend,.label{display:block;font-weight:600;padding:0;margin:0;line-height:1.4}
.optional{font-weight:400;color:var(--muted-text)}
.hint{color:var(--muted-text);margin-top:.25rem;font-size:.9375rem}
.fault{color:var(--danger);font-weight:600;margin-top:.375rem}
.question.faulty>*{border-left:.25rem solid var(--danger);padding-left:.875rem}
.options{display:grid;gap:.5rem;margin-top:.75rem}
.options.two{grid-template-columns:1fr 1fr}
.option{display:flex;align-items:center;gap:.75rem;min-height:3.125rem;padding:.5625rem .9375rem;border:1px solid var(--control-edge);border-radius:.875rem;cursor:pointer;line-height:1.35}
.option input{flex:none;width:1.25rem;height:1.25rem;margin:0;accent-color:var(--accent)}
.option:has(:checked){border-color:var(--accent);box-shadow:inset 0 0 0 1px var(--accent);background:var(--accent-tint);color:var(--on-accent-tint)}
.option:has(:focus-visible){outline:3px solid var(--accent);outline-offset:3px}
.option :focus-visible{outline:none}
.scale{display:grid;grid-template-columns:repeat(6,1fr);gap:.375rem;margin-top:.75rem}
.scale .option{flex-direction:column;justify-content:center;gap:.25rem;padding:.4375rem 0 .5rem;font-variant-numeric:tabular-nums}
.scale .option input{width:1.0625rem;height:1.0625rem}
.ends{display:flex;justify-content:space-between;gap:1rem;color:var(--muted-text);font-size:.9375rem;margin-top:.5rem}
@media (min-width:34rem){.scale{grid-template-columns:repeat(11,1fr)}.card{padding:1.5rem}h1{font-size:1.875rem}}
textarea{font:inherit;width:100%;min-height:6.5rem;margin-top:.625rem;padding:.6875rem .875rem;border:1px solid var(--control-edge);border-radius:.875rem;background:var(--surface);color:var(--text);resize:vertical}
.urgent{display:none;margin-top:.75rem;padding:.8125rem 1rem;border-radius:.875rem;background:var(--danger-tint);color:var(--on-danger-tint);font-weight:600}
.urgent a{color:inherit}
.question:has([data-urgent]:checked) .urgent{display:block}
.note ul{margin:.5rem 0 0;padding:0 0 0 1.25rem}
.note li{margin-top:.375rem}
.choices{margin:1rem 0;padding:0;list-style:none;display:grid;gap:.75rem}
.choice{display:block;padding:1rem 1.25rem;background:var(--surface);border:1px solid var(--control-edge);border-radius:1.125rem;text-decoration:none;font-weight:600}
.choice small{display:block;margin-top:.125rem;color:var(--muted-text);font-weight:400;font-size:.9375rem}
input[type=text],input[type=tel],select{font:inherit;width:100%;min-height:3.25rem;margin-top:.5rem;padding:.6875rem .875rem;border:1px solid var(--control-edge);border-radius:.875rem;background:var(--surface);color:var(--text)}
[aria-invalid] input,[aria-invalid] select,[aria-invalid=true]:is(input,select){border-color:var(--danger)}
.date{display:grid;grid-template-columns:2fr 1fr 1.3fr;gap:.625rem;margin-top:.5rem;align-items:end}
.date .small{color:var(--muted-text)}
input.code{font-size:1.5rem;letter-spacing:.28em;font-variant-numeric:tabular-nums}
.option.consent{align-items:flex-start;margin-top:.875rem}
.option.consent input{margin-top:.1875rem}
form:has([name=how][value=in-person]:checked) .place{display:none}
.pair{grid-template-columns:repeat(auto-fit,minmax(9rem,1fr))}
.day-list{margin-top:.75rem}
.day-list details,.day-list details[open]{margin:0;padding:0;background:none;border:0;border-top:1px solid var(--line);border-radius:0}
.day-list summary,.day-list details[open] summary{justify-content:space-between;gap:1rem;color:var(--text);font-weight:600;text-decoration:none;border-radius:.375rem}
.card>.question:first-child{border-top:0;padding-top:.25rem}
.day-list small{white-space:nowrap;color:var(--muted-text);font-weight:400;font-size:.9375rem}
.day-list .times{padding:.25rem 0 1.125rem}
@media (hover:hover){.choice:hover{background:var(--accent-tint);color:var(--on-accent-tint)}}
@media print{button,.button,details{display:none}}
`
  .trim()
  .replaceAll('\n', '');

const styleHash = createHash('sha256').update(stylesheet).digest('base64');

/** What every page needs, minus what only a header can say. Also in each page itself, so that none goes without it. */
export const metaSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${styleHash}'`,
  'img-src data:',
  "form-action 'self'",
  "base-uri 'none'",
].join('; ');

/** The Content-Security-Policy header of a page: no script, no foreign content, forms only to us, never in a frame. */
export const contentSecurityPolicy = `${metaSecurityPolicy}; frame-ancestors 'none'`;

/** Headers a page is answered with beside those of every answer. */
export const pageHeaders = { 'content-security-policy': contentSecurityPolicy } as const;
