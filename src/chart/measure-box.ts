/**
 * Breaks the text of a box into lines that fit, and measures the space that it takes. All numbers in px, from the box's
 * corner.
 */
import type { StepActivity } from './activity.ts'
import { describeActivity } from './activity.ts'
import type { ChartNode } from './chart.ts'
import { cutText, type Font, widthOf, wrapText } from './text-width.ts'

export type TextRole = 'title' | 'detail' | 'badge' | 'status' | 'label'

export interface TextLine {
  role: TextRole
  text: string
  /** Left end, and baseline. */
  x: number
  y: number
  width: number
}

export interface Pill {
  x: number
  y: number
  width: number
  height: number
}

export interface BoxContent {
  width: number
  height: number
  lines: TextLine[]
  pills: Pill[]
  /** The upper left corner; undefined: the box has no icon. */
  icon: { x: number; y: number } | undefined
}

export const FONTS: Readonly<Record<TextRole, Font>> = {
  title: { size: 14, bold: true },
  detail: { size: 12 },
  badge: { size: 11 },
  status: { size: 11, bold: true },
  label: { size: 12 },
}

export const ICON_SIZE = 24

const PADDING = 12
const ICON_GAP = 10
const WIDEST_TEXT = { step: 210, block: 320, branch: 200, trigger: 200 }
const NARROWEST_TEXT = { step: 90, block: 90, branch: 30, trigger: 60 }
const LINE = { title: 17, detail: 16, badge: 22, status: 18 }
const PILL = { padding: 7, height: 17, gap: 5 }
const MARKERS = { start: [58, 26], end: [58, 26], exit: [18, 18], repeat: [26, 26], choice: [28, 28] } as const

/** Cuts a text that does not fit, and ends it with `…`. */
export const measureBox = (node: ChartNode, activity?: StepActivity): BoxContent => {
  const { shape } = node
  if (shape === 'step' || shape === 'block' || shape === 'branch' || shape === 'trigger')
    return measureText(node, shape, activity)
  const [least, height] = MARKERS[shape]
  const lines = markerText(node, least, activity)
  const width = lines.reduce<number>((widest, line) => Math.max(widest, line.width + 2 * MARKER_PADDING), least)
  return { width, height, lines, pills: [], icon: undefined }
}

/** Space beside the text of a marker that is wider than its usual size. */
const MARKER_PADDING = 14

/** The end of a run that failed or was cancelled says so. */
const markerText = ({ title }: ChartNode, least: number, activity?: StepActivity): TextLine[] => {
  if (title === '') return []
  const role = activity === undefined ? 'detail' : 'status'
  const text = activity === undefined ? title : describeActivity(activity)
  const width = widthOf(text, FONTS[role])
  return [{ role, text, x: Math.max((least - width) / 2, MARKER_PADDING), y: 17, width }]
}

const measureText = (node: ChartNode, shape: keyof typeof WIDEST_TEXT, activity?: StepActivity): BoxContent => {
  const hasIcon = node.icon !== ''
  const left = hasIcon ? PADDING + ICON_SIZE + ICON_GAP : PADDING
  const stack = new TextStack(left, WIDEST_TEXT[shape])
  stack.addLine('title', cutText(node.title, WIDEST_TEXT[shape], FONTS.title))
  for (const text of wrapText(node.detail, { width: WIDEST_TEXT[shape], lines: 2, font: FONTS.detail }))
    stack.addLine('detail', text)
  stack.addPills(node.badges)
  if (activity !== undefined) stack.addLine('status', describeActivity(activity))
  return {
    width: left + Math.max(stack.width, NARROWEST_TEXT[shape]) + PADDING,
    height: Math.max(stack.height, hasIcon ? ICON_SIZE : 0) + 2 * PADDING,
    lines: stack.lines,
    pills: stack.pills,
    icon: hasIcon ? { x: PADDING, y: PADDING } : undefined,
  }
}

/** Places lines below each other, the first at the upper padding. */
class TextStack {
  readonly lines: TextLine[] = []
  readonly pills: Pill[] = []
  width = 0
  height = 0
  readonly #left: number
  readonly #widest: number

  constructor(left: number, widest: number) {
    this.#left = left
    this.#widest = widest
  }

  addLine(role: 'title' | 'detail' | 'status', text: string): void {
    const width = widthOf(text, FONTS[role])
    const y = PADDING + this.height + LINE[role] - 4
    this.lines.push({ role, text, x: this.#left, y, width })
    this.width = Math.max(this.width, width)
    this.height += LINE[role]
  }

  addPills(texts: readonly string[]): void {
    let x = 0
    for (const [index, given] of texts.entries()) {
      const text = cutText(given, this.#widest - 2 * PILL.padding, FONTS.badge)
      const width = widthOf(text, FONTS.badge)
      const outer = width + 2 * PILL.padding
      if (index === 0 || x + outer > this.#widest) {
        this.height += LINE.badge
        x = 0
      }
      this.#addPill(text, { x: this.#left + x, width })
      this.width = Math.max(this.width, x + outer)
      x += outer + PILL.gap
    }
  }

  #addPill(text: string, { x, width }: { x: number; width: number }): void {
    const bottom = PADDING + this.height
    this.pills.push({ x, y: bottom - PILL.height, width: width + 2 * PILL.padding, height: PILL.height })
    this.lines.push({ role: 'badge', text, x: x + PILL.padding, y: bottom - 5, width })
  }
}
