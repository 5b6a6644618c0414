/** Draws arrows: lines with round corners, heads, and conditions on a tag that hides the line behind them. */
import type { PlacedEdge, Point } from '../placed-chart.ts'
import { drawText } from './draw-text.ts'
import { element, escapeXml, round } from './xml.ts'

const CORNER = 7
const HEAD = { length: 8, half: 4.2 }

export const drawEdge = ({ edge, points }: PlacedEdge): string => {
  const tip = points.at(-1)
  const before = points.at(-2)
  if (tip === undefined || before === undefined) return ''
  const neck = toward(tip, before, HEAD.length)
  return (
    element('path', { class: `line ${edge.kind}`, d: roundedPath([...points.slice(0, -1), neck]) }) +
    element('path', { class: `head ${edge.kind}`, d: headPath(tip, neck) })
  )
}

/** Drawn after all boxes and lines. */
export const drawEdgeLabel = ({ edge, label }: PlacedEdge): string => {
  if (label === undefined) return ''
  const { x, y, width, height, lines } = label
  return element('g', {}, [
    element('title', {}, escapeXml(edge.label)),
    element('rect', { class: 'tag', x, y, width, height, rx: 5 }),
    ...lines.map((line) => drawText(line, { style: edge.kind })),
  ])
}

const roundedPath = ([first, ...others]: readonly Point[]): string => {
  if (first === undefined) return ''
  let path = `M${pair(first)}`
  let before = first
  others.forEach((corner, index) => {
    const after = others[index + 1]
    if (after === undefined) path += `L${pair(corner)}`
    else {
      const radius = Math.min(CORNER, distance(before, corner) / 2, distance(corner, after) / 2)
      path += `L${pair(toward(corner, before, radius))}Q${pair(corner)} ${pair(toward(corner, after, radius))}`
    }
    before = corner
  })
  return path
}

const headPath = (tip: Point, neck: Point): string => {
  const [dx, dy] = [(tip.x - neck.x) / HEAD.length, (tip.y - neck.y) / HEAD.length]
  const side = (sign: number): string => pair({ x: neck.x - dy * HEAD.half * sign, y: neck.y + dx * HEAD.half * sign })
  return `M${pair(tip)}L${side(1)}L${side(-1)}Z`
}

const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y)

/** Returns the point at this distance from `start` on the way to `end`. */
const toward = (start: Point, end: Point, length: number): Point => {
  const share = length / (distance(start, end) || 1)
  return { x: start.x + (end.x - start.x) * share, y: start.y + (end.y - start.y) * share }
}

const pair = ({ x, y }: Point): string => `${round(x)} ${round(y)}`
