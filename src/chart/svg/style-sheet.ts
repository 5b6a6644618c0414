/** Colours and fonts of a picture, light and dark: plain rules without variables, which some viewers do not support. */
import { FONTS } from '../measure-box.ts'
import { HEADING_FONT } from '../place-heading.ts'

const FONT_FAMILY = "Helvetica, Arial, 'Liberation Sans', sans-serif"

/** Class that every rule begins with, so that one page can contain several pictures. */
export const ROOT_CLASS = 'troupe-chart'

type Hue = 'violet' | 'blue' | 'teal' | 'amber' | 'slate' | 'red' | 'green'

/** Hues shared by kinds: thinking, acting, remembering, waiting, control flow. */
export const HUES: Readonly<Record<string, Hue>> = {
  llm: 'violet',
  tool: 'blue',
  code: 'teal',
  memory: 'teal',
  workflow: 'blue',
  wait: 'amber',
  approve: 'amber',
  emit: 'blue',
  fail: 'red',
}

type Paint = 'canvas' | 'box' | 'block' | 'branch' | 'border' | 'line' | 'text' | 'muted' | 'pill'

/** A hue has the stroke of an icon, and the tile behind it. */
type Theme = Record<Paint, string> & { hues: Readonly<Record<Hue, readonly [stroke: string, tile: string]>> }

const LIGHT: Theme = {
  canvas: '#ffffff',
  box: '#ffffff',
  block: '#f6f8fa',
  branch: '#ffffff',
  border: '#c9d1da',
  line: '#7b8794',
  text: '#1c2530',
  muted: '#5b6672',
  pill: '#edf0f4',
  hues: {
    violet: ['#6d3fc0', '#eee7fb'],
    blue: ['#1864b8', '#e3effb'],
    teal: ['#0b7269', '#dcf3ef'],
    amber: ['#935b00', '#fbefd6'],
    slate: ['#4d5967', '#e8ecf1'],
    red: ['#bf2f3a', '#fce6e7'],
    green: ['#1c7a3e', '#def3e4'],
  },
}

const DARK: Theme = {
  canvas: '#11161d',
  box: '#1b222c',
  block: '#161c25',
  branch: '#11161d',
  border: '#3a4553',
  line: '#8592a1',
  text: '#e7ecf2',
  muted: '#a3afbc',
  pill: '#2a333f',
  hues: {
    violet: ['#c3a6ff', '#352a52'],
    blue: ['#8dc2ff', '#1d3552'],
    teal: ['#6fd8c8', '#17403d'],
    amber: ['#f2c063', '#45351a'],
    slate: ['#b4c0cd', '#2d3744'],
    red: ['#ff9096', '#4d2328'],
    green: ['#7fdb9b', '#1b4029'],
  },
}

/** Returns the content of a `<style>` element. */
export const createStyleSheet = (): string =>
  [
    `.${ROOT_CLASS} text { font-family: ${FONT_FAMILY}; }`,
    ...Object.entries(FONTS).map(([role, { size, bold = false }]) =>
      rule(`.${role}`, `font-size: ${size}px;${bold ? ' font-weight: 700;' : ''}`),
    ),
    rule('.heading', `font-size: ${HEADING_FONT.size}px;`),
    rule('.line, .icon, .again', 'fill: none; stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round;'),
    rule('.line.error', 'stroke-dasharray: 5 4;'),
    rule('.box, .block, .branch, .tag, .marker', 'stroke-width: 1;'),
    rule('.branch', 'stroke-dasharray: 4 4;'),
    rule('.unreached', 'opacity: 0.45;'),
    rule('.ran > .box, .ran > .block, .ran > .marker', 'stroke-width: 2;'),
    ...themeRules(LIGHT),
    `@media (prefers-color-scheme: dark) {\n${themeRules(DARK).join('\n')}\n}`,
  ].join('\n')

const rule = (selectors: string, declarations: string): string =>
  `${selectors
    .split(', ')
    .map((selector) => `.${ROOT_CLASS} ${selector}`)
    .join(', ')} { ${declarations} }`

const themeRules = (theme: Theme): string[] => [
  rule('.canvas', `fill: ${theme.canvas};`),
  rule('.box', `fill: ${theme.box}; stroke: ${theme.border};`),
  rule('.block', `fill: ${theme.block}; stroke: ${theme.border};`),
  rule('.branch', `fill: ${theme.branch}; stroke: ${theme.border};`),
  rule('.pill', `fill: ${theme.pill};`),
  rule('.tag', `fill: ${theme.canvas}; stroke: ${theme.border};`),
  rule('.marker', `fill: ${theme.box}; stroke: ${theme.line};`),
  rule('.dot', `fill: ${theme.line};`),
  rule('.heading, .title', `fill: ${theme.text};`),
  rule('.detail, .badge, .label', `fill: ${theme.muted};`),
  rule('.line, .again', `stroke: ${theme.line};`),
  rule('.head', `fill: ${theme.line};`),
  rule('.line.error', `stroke: ${theme.hues.red[0]};`),
  rule('.head.error, .label.error', `fill: ${theme.hues.red[0]};`),
  ...Object.entries(theme.hues).flatMap(([hue, [stroke, tile]]) => [
    rule(`.tile.${hue}`, `fill: ${tile};`),
    rule(`.icon.${hue}`, `stroke: ${stroke};`),
  ]),
  ...Object.entries(STATUS_HUES).flatMap(([status, hue]) => statusRules(status, theme.hues[hue][0])),
]

const STATUS_HUES = {
  completed: 'green',
  failed: 'red',
  skipped: 'slate',
  cancelled: 'slate',
  running: 'blue',
  waiting: 'amber',
  undone: 'violet',
} as const satisfies Record<string, Hue>

/** Styles of steps without an effect in the end. */
const DASHED: readonly string[] = ['skipped', 'undone']

const statusRules = (status: string, color: string): string[] => [
  rule(
    `.${status} > .box, .${status} > .block, .${status} > .marker`,
    `stroke: ${color};${DASHED.includes(status) ? ' stroke-dasharray: 4 3;' : ''}`,
  ),
  rule(`.${status} > .status`, `fill: ${color};`),
]
