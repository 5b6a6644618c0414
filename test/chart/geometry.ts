/** Finds flaws that a reader of a picture would notice: overlapping boxes and labels, cut text, arrows through steps. */
import { walkNodes } from '../../src/chart/chart.ts'
import { type PlacedChart, type PlacedNode, type Rectangle, walkPlaced } from '../../src/chart/placed-chart.ts'

/** Rounding, in px. */
const SLACK = 0.01

const overlap = (a: Rectangle, b: Rectangle): boolean =>
  a.x < b.x + b.width - SLACK &&
  b.x < a.x + a.width - SLACK &&
  a.y < b.y + b.height - SLACK &&
  b.y < a.y + a.height - SLACK

const holds = (outer: Rectangle, inner: Rectangle): boolean =>
  inner.x >= outer.x - SLACK &&
  inner.y >= outer.y - SLACK &&
  inner.x + inner.width <= outer.x + outer.width + SLACK &&
  inner.y + inner.height <= outer.y + outer.height + SLACK

const nameOf = ({ node }: PlacedNode): string => node.id

const findOverlaps = (siblings: readonly PlacedNode[]): string[] =>
  siblings.flatMap((one, index) => [
    ...siblings
      .slice(index + 1)
      .flatMap((other) => (overlap(one, other) ? [`${nameOf(one)} over ${nameOf(other)}`] : [])),
    ...findOverlaps(one.children),
  ])

const findEscapes = (parent: PlacedNode): string[] =>
  parent.children.flatMap((child) => [
    ...(holds(parent, child) ? [] : [`${nameOf(child)} out of ${nameOf(parent)}`]),
    ...findEscapes(child),
  ])

/** The text of a box, from the picture's corner: as high as its letters can be. */
const textsOf = ({ content, x, y }: PlacedNode): (Rectangle & { text: string })[] =>
  content.lines.map((line) => ({ text: line.text, x: x + line.x, y: y + line.y - 11, width: line.width, height: 14 }))

const findCutTexts = (nodes: readonly PlacedNode[]): string[] =>
  nodes.flatMap((node) =>
    textsOf(node).flatMap((text) => [
      ...(holds(node, text) ? [] : [`'${text.text}' leaves ${nameOf(node)}`]),
      ...node.children.filter((child) => overlap(child, text)).map((child) => `${nameOf(child)} hides '${text.text}'`),
    ]),
  )

const findHiddenBoxes = ({ nodes, edges }: PlacedChart): string[] => {
  const all = walkPlaced(nodes)
  return edges.flatMap(({ edge, label }) => {
    if (label === undefined) return []
    const around = (node: PlacedNode): boolean => node.children.length > 0 && holds(node, label)
    const texts = all.filter(around).flatMap(textsOf)
    return [
      ...label.lines.filter(({ x, width }) => x < label.x || x + width > label.x + label.width).map(({ text }) => text),
      ...all
        .filter((node) => overlap(node, label) && !around(node))
        .filter((node) => node.children.length === 0 || !crossesBorder(node, edge))
        .map((node) => `'${edge.label}' over ${nameOf(node)}`),
      ...texts.filter((text) => overlap(text, label)).map(({ text }) => `'${edge.label}' over '${text}'`),
    ]
  })
}

/** An arrow out of a block, or into one, may have its label on the block's border. */
const crossesBorder = ({ node }: PlacedNode, { from, to }: { from: string; to: string }): boolean => {
  const inside = new Set(walkNodes(node.children).map(({ id }) => id))
  return inside.has(from) !== inside.has(to)
}

const findLabelOverlaps = ({ edges }: PlacedChart): string[] => {
  const labels = edges.flatMap(({ edge, label }) => (label === undefined ? [] : [{ ...label, text: edge.label }]))
  return labels.flatMap((one, index) =>
    labels.slice(index + 1).flatMap((other) => (overlap(one, other) ? [`'${one.text}' over '${other.text}'`] : [])),
  )
}

/** Arrows may cross each other and the borders of blocks, never a step. */
const findCrossedSteps = ({ nodes, edges }: PlacedChart): string[] => {
  const leaves = walkPlaced(nodes).filter(({ children }) => children.length === 0)
  return edges.flatMap(({ edge, points }) =>
    points.slice(1).flatMap((end, index) => {
      const start = points[index] ?? end
      const line = {
        x: Math.min(start.x, end.x),
        y: Math.min(start.y, end.y),
        width: Math.abs(start.x - end.x),
        height: Math.abs(start.y - end.y),
      }
      return leaves
        .filter(({ node }) => node.id !== edge.from && node.id !== edge.to)
        .filter((leaf) => overlap(leaf, { ...line, width: line.width + 2 * SLACK, height: line.height + 2 * SLACK }))
        .map((leaf) => `${edge.from} → ${edge.to} crosses ${nameOf(leaf)}`)
    }),
  )
}

/** All that is wrong with where things stand, by sort; NOTHING_WRONG when nothing is. */
export const inspect = (placed: PlacedChart): Record<string, string[]> => {
  const all = walkPlaced(placed.nodes)
  const canvas = { x: 0, y: 0, width: placed.width, height: placed.height }
  const labels = placed.edges.flatMap(({ label }) => (label === undefined ? [] : [label]))
  return {
    overlaps: findOverlaps(placed.nodes),
    escapes: placed.nodes.flatMap(findEscapes),
    cutTexts: findCutTexts(all),
    hiddenBoxes: findHiddenBoxes(placed),
    labelOverlaps: findLabelOverlaps(placed),
    crossedSteps: findCrossedSteps(placed),
    outside: [...all, ...labels].filter((part) => !holds(canvas, part)).map(({ x, y }) => `${x}, ${y}`),
    withoutRoute: placed.edges.filter(({ points }) => points.length < 2).map(({ edge }) => `${edge.from} → ${edge.to}`),
    slanted: placed.edges
      .filter(({ points }) => points.slice(1).some((end, index) => isSlanted(points[index] ?? end, end)))
      .map(({ edge }) => `${edge.from} → ${edge.to}`),
  }
}

const isSlanted = (a: { x: number; y: number }, b: { x: number; y: number }): boolean =>
  Math.abs(a.x - b.x) > SLACK && Math.abs(a.y - b.y) > SLACK

export const NOTHING_WRONG = {
  overlaps: [],
  escapes: [],
  cutTexts: [],
  hiddenBoxes: [],
  labelOverlaps: [],
  crossedSteps: [],
  outside: [],
  withoutRoute: [],
  slanted: [],
}
