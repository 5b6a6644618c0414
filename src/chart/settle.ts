/** Adjusts a layout: branches get one height, and arrows reach the outline of markers that are not rectangles. */
import type { PlacedEdge, PlacedNode, Point } from './placed-chart.ts'

/** The layout aligns the tops of the branches of a parallel; this aligns their ends. */
export const settleNode = (placed: PlacedNode): PlacedNode => {
  const children = placed.children.map(settleNode)
  if (placed.node.kind !== 'parallel') return { ...placed, children }
  const bottom = Math.max(...children.map(({ y, height }) => y + height))
  return { ...placed, children: children.map((child) => ({ ...child, height: bottom - child.y })) }
}

/** Lengthens both ends, which the layout puts on the rectangle around a marker, to the marker itself. */
export const settleEdge = (placed: PlacedEdge, nodes: ReadonlyMap<string, PlacedNode>): PlacedEdge => {
  const points = [...placed.points]
  const [first] = points
  const last = points.at(-1)
  if (first === undefined || last === undefined) return placed
  points[0] = reach(first, nodes.get(placed.edge.from))
  points[points.length - 1] = reach(last, nodes.get(placed.edge.to))
  return { ...placed, points }
}

const reach = (point: Point, target: PlacedNode | undefined): Point => {
  if (target === undefined) return point
  const { x, y, width, height } = target
  const middle = { x: x + width / 2, y: y + height / 2 }
  const isBeside = point.x <= x || point.x >= x + width
  const across = isBeside ? Math.abs(point.y - middle.y) / (height / 2) : Math.abs(point.x - middle.x) / (width / 2)
  const inset = insetOf(target, across)
  if (isBeside) return { x: point.x + Math.sign(middle.x - point.x) * inset * (width / 2), y: point.y }
  return { x: point.x, y: point.y + Math.sign(middle.y - point.y) * inset * (height / 2) }
}

/**
 * Distance of the outline from the rectangle, as a share of half its extent, at this share of the way from the middle
 * to the corner.
 */
const insetOf = ({ node: { shape }, width, height }: PlacedNode, across: number): number => {
  switch (shape) {
    case 'choice':
      return across
    case 'exit':
    case 'repeat':
      return 1 - Math.sqrt(Math.max(0, 1 - across ** 2))
    case 'start':
    case 'end': {
      const straight = 1 - height / width
      const round = Math.max(0, (across - straight) / (1 - straight))
      return 1 - Math.sqrt(Math.max(0, 1 - round ** 2))
    }
    default:
      return 0
  }
}
