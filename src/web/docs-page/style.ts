import { createHash } from 'node:crypto'

export const STYLE = `
:root { color-scheme: light dark; --text: #1d2430; --soft: #5b6675; --line: #d9dee6; --page: #ffffff; --side: #f5f7fa; --link: #0b5cad; --code: #eef1f5; --get: #1a6e3c; --post: #8a4b00; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e4e8ee; --soft: #9aa6b5; --line: #323a46; --page: #14181e; --side: #1a1f27; --link: #7db8f5; --code: #232a34; --get: #6fcf97; --post: #f2b661; }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; display: grid; grid-template-columns: 15rem minmax(0, 1fr); background: var(--page); color: var(--text); font: 15px/1.55 system-ui, sans-serif; }
nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 1.25rem 1rem; background: var(--side); border-right: 1px solid var(--line); font-size: 13.5px; }
nav ul { list-style: none; margin: 0 0 .9rem; padding: 0; }
nav a { display: block; padding: .1rem 0; overflow-wrap: anywhere; text-decoration: none; }
nav .tag { color: var(--text); font-weight: 600; }
main { max-width: 56rem; padding: 1.5rem 2.5rem 6rem; }
h1 { margin: 0 0 .5rem; font-size: 1.7rem; }
h1 small { color: var(--soft); font-size: .9rem; font-weight: 400; }
h2 { margin: 2.75rem 0 .5rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); font-size: 1.25rem; }
h3 { margin: 0 0 .35rem; font-size: 1rem; overflow-wrap: anywhere; }
p { margin: .35rem 0; }
a { color: var(--link); }
a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
code { padding: .08em .3em; border-radius: 4px; background: var(--code); font: .88em/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
section { padding: 1.1rem 0; }
section + section { border-top: 1px solid var(--line); }
section:target { margin-left: -1rem; padding-left: calc(1rem - 3px); border-left: 3px solid var(--link); }
.method { font: 700 .8rem ui-monospace, monospace; }
.get { color: var(--get); }
.post { color: var(--post); }
.type, .note { color: var(--soft); font-size: .92em; font-weight: 400; }
.name { font-weight: 600; }
.fields { margin: .5rem 0; padding-left: 1.1rem; }
.fields .fields { margin: .2rem 0; border-left: 1px solid var(--line); list-style: none; }
.fields li { margin: .25rem 0; }
table { margin-top: .5rem; border-collapse: collapse; }
th, td { padding: .2rem 1rem .2rem 0; text-align: left; vertical-align: top; }
th { font-variant-numeric: tabular-nums; }
@media (max-width: 48rem) {
  body { display: block; }
  nav { position: static; height: auto; max-height: 14rem; border-right: 0; border-bottom: 1px solid var(--line); }
  main { padding: 1.25rem; }
}
`

/** Nothing is loaded, no script runs, and no other style than this one counts. */
export const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')
