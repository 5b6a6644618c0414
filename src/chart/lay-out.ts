/**
 * Places every box and arrow of a chart, by the layered algorithm of the Eclipse Layout Kernel, in this process. The
 * layout is deterministic: the order of the file decides which box stands above or left.
 */
import type { ElkExtendedEdge, ElkNode, LayoutOptions } from 'elkjs/lib/elk-api.js'
import type { RunActivity } from './activity.ts'
import { type Chart, type ChartEdge, type ChartNode, isBox, walkNodes } from './chart.ts'
import { type BoxContent, FONTS, measureBox, type TextLine } from './measure-box.ts'
import { placeHeading } from './place-heading.ts'
import {
  type PlacedChart,
  type PlacedEdge,
  type PlacedNode,
  type Point,
  type Rectangle,
  walkPlaced,
} from './placed-chart.ts'
import { settleEdge, settleNode } from './settle.ts'
import { widthOf, wrapText } from './text-width.ts'

export const layOutChart = async (chart: Chart, activity?: RunActivity): Promise<PlacedChart> => {
  const contents = new Map(
    walkNodes(chart.nodes).map((node) => [node.id, measureBox(node, activity?.get(node.path || node.id))]),
  )
  // 1.5 MB: loaded only when a picture is drawn.
  const { default: Elk } = await import('elkjs/lib/elk.bundled.js')
  const backward = findBackwardEdges(chart)
  const sizing = { contents, sided: new Set(backward.values().flatMap(({ from, to }) => [from, to])) }
  const laidOut = (await new Elk.default().layout({
    id: '',
    layoutOptions: LAYOUT,
    children: chart.nodes.map((node) => toElkNode(node, sizing)),
    edges: chart.edges.map((edge) => toElkEdge(edge, backward.has(edge))),
  })) as ElkNode
  const heading = placeHeading(chart)
  const width = Math.max(laidOut.width ?? 0, heading.width)
  const shift = { x: (width - (laidOut.width ?? 0)) / 2, y: heading.height }
  const nodes = indexNodes(laidOut.children ?? [])
  const edges = new Map((laidOut.edges ?? []).map((edge) => [edge.id, edge]))
  const placed = chart.nodes.map((node) => settleNode(placeNode(node, { contents, nodes, shift })))
  const places = new Map(walkPlaced(placed).map((one) => [one.node.id, one]))
  return {
    width: Math.ceil(width),
    height: Math.ceil((laidOut.height ?? 0) + heading.height),
    heading: heading.lines,
    nodes: placed,
    edges: chart.edges.map((edge) => {
      const edgePlace = placeEdge(edge, { placed: edges.get(edge.id), shift, isBackward: backward.has(edge) })
      return settleEdge(edgePlace, places)
    }),
  }
}

/** The option is not inherited, so every block sets it. */
const BLOCK_LAYOUT: LayoutOptions = {
  'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
  'elk.layered.nodePlacement.bk.fixedAlignment': 'BALANCED',
  'elk.spacing.nodeNode': '36',
  'elk.spacing.edgeNode': '20',
  'elk.spacing.edgeEdge': '14',
  'elk.spacing.edgeLabel': '6',
  'elk.layered.spacing.nodeNodeBetweenLayers': '34',
  'elk.layered.spacing.edgeNodeBetweenLayers': '16',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '14',
}

const LAYOUT: LayoutOptions = {
  ...BLOCK_LAYOUT,
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.cycleBreaking.strategy': 'MODEL_ORDER',
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.json.shapeCoords': 'ROOT',
  'elk.json.edgeCoords': 'ROOT',
  'elk.randomSeed': '1',
  'elk.separateConnectedComponents': 'false',
  'elk.padding': '[top=24,left=24,bottom=24,right=24]',
}

const BLOCK_PADDING = 18
const LABEL = { width: 190, lines: 3, line: 15, padding: 5 }

type Contents = ReadonlyMap<string, BoxContent>

interface Sizing {
  contents: Contents
  /** Ids of the nodes that an arrow leaves or reaches at its side. */
  sided: ReadonlySet<string>
}

const toElkNode = (node: ChartNode, sizing: Sizing): ElkNode => {
  const { width = 0, height = 0 } = sizing.contents.get(node.id) ?? {}
  const isSided = sizing.sided.has(node.id)
  const ports = isSided
    ? { ports: [{ id: sidePort(node.id), width: 0, height: 0, layoutOptions: { 'elk.port.side': 'EAST' } }] }
    : {}
  const sided: LayoutOptions = {
    ...(isSided ? { 'elk.portConstraints': 'FIXED_SIDE' } : {}),
    ...(node.shape === 'branch' ? { 'elk.alignment': 'TOP' } : {}),
  }
  if (node.children.length === 0) return { id: node.id, width, height, layoutOptions: sided, ...ports }
  const sides = `left=${BLOCK_PADDING},bottom=${BLOCK_PADDING},right=${BLOCK_PADDING}`
  return {
    id: node.id,
    ...ports,
    layoutOptions: {
      ...BLOCK_LAYOUT,
      ...sided,
      'elk.padding': `[top=${height + (isBox(node) ? 4 : BLOCK_PADDING)},${sides}]`,
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      // Transposed, as the kernel expects inside a layout that goes downwards.
      'elk.nodeSize.minimum': `(${height},${width})`,
    },
    children: node.children.map((child) => toElkNode(child, sizing)),
  }
}

/**
 * Finds the arrows back to earlier nodes. The layout receives them reversed, so that it sees no cycle, which it might
 * break at the wrong place; they begin and end at the right side.
 */
const findBackwardEdges = ({ nodes, edges }: Chart): Set<ChartEdge> => {
  const order = new Map(walkNodes(nodes).map(({ id }, index) => [id, index]))
  const indexOf = (id: string): number => order.get(id) ?? 0
  return new Set(edges.filter(({ from, to }) => indexOf(to) < indexOf(from)))
}

const sidePort = (id: string): string => `${id}--side`

const toElkEdge = ({ id, from, to, label }: ChartEdge, isBackward: boolean): ElkExtendedEdge => ({
  id,
  sources: [isBackward ? sidePort(to) : from],
  targets: [isBackward ? sidePort(from) : to],
  labels:
    label === '' ? [] : [{ text: label, ...sizeOfLabel(label), layoutOptions: { 'elk.edgeLabels.inline': 'true' } }],
})

const breakLabel = (label: string): string[] =>
  wrapText(label, { width: LABEL.width, lines: LABEL.lines, font: FONTS.label })

const sizeOfLabel = (label: string): { width: number; height: number } => {
  const lines = breakLabel(label)
  return {
    width: Math.max(...lines.map((line) => widthOf(line, FONTS.label))) + 2 * LABEL.padding,
    height: lines.length * LABEL.line + 4,
  }
}

const indexNodes = (nodes: readonly ElkNode[]): Map<string, ElkNode> =>
  new Map(nodes.flatMap((node) => [[node.id, node] as const, ...indexNodes(node.children ?? [])]))

interface Placing {
  contents: Contents
  nodes: ReadonlyMap<string, ElkNode>
  /** Options of the whole picture. */
  shift: Point
}

const placeNode = (node: ChartNode, placing: Placing): PlacedNode => {
  const { x = 0, y = 0, width = 0, height = 0 } = placing.nodes.get(node.id) ?? {}
  const content = placing.contents.get(node.id) ?? measureBox(node)
  const children = node.children.map((child) => placeNode(child, placing))
  return { node, content, ...moved({ x, y }, placing.shift), width, height, children }
}

const placeEdge = (
  edge: ChartEdge,
  { placed, shift, isBackward }: { placed: ElkExtendedEdge | undefined; shift: Point; isBackward: boolean },
): PlacedEdge => {
  const points = (placed?.sections ?? [])
    .flatMap(({ startPoint, bendPoints = [], endPoint }) => [startPoint, ...bendPoints, endPoint])
    .map((point) => moved(point, shift))
  if (isBackward) points.reverse()
  const [label] = placed?.labels ?? []
  if (label === undefined) return { edge, points, label: undefined }
  const { x = 0, y = 0, width = 0, height = 0 } = label
  return { edge, points, label: placeLabel(edge.label, { ...moved({ x, y }, shift), width, height }) }
}

const moved = ({ x, y }: Point, shift: Point): Point => ({ x: x + shift.x, y: y + shift.y })

const placeLabel = (text: string, place: Rectangle): NonNullable<PlacedEdge['label']> => {
  const lines = breakLabel(text).map((line, index): TextLine => {
    const width = widthOf(line, FONTS.label)
    const y = place.y + 2 + LABEL.line * (index + 1) - 4
    return { role: 'label', text: line, x: place.x + (place.width - width) / 2, y, width }
  })
  return { ...place, lines }
}
