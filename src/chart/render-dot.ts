/** A chart in the language of Graphviz: blocks are clusters, and arrows to or from a block end at its border (`compound`). */
import { type Chart, type ChartEdge, type ChartNode, numberNodes, walkNodes } from './chart.ts'
import { cutText, wrapText } from './text-width.ts'

export const renderDot = (chart: Chart): string => {
  const ids = numberNodes(chart)
  const nodes = new Map(walkNodes(chart.nodes).map((node) => [node.id, node]))
  const lines = [
    `digraph ${quote(chart.title)} {`,
    `  graph [compound=true, rankdir=TB, labelloc=t, fontname="Helvetica", label=${quote(chart.title)}]`,
    '  node [shape=box, style=rounded, fontname="Helvetica", fontsize=12]',
    '  edge [fontname="Helvetica", fontsize=10]',
    ...chart.nodes.flatMap((node) => drawNode(node, { ids, indent: '  ' })),
    ...chart.edges.map((edge) => `  ${drawEdge(edge, { ids, nodes })}`),
    '}',
  ]
  return `${lines.join('\n')}\n`
}

type Ids = ReadonlyMap<string, string>

const drawNode = (node: ChartNode, { ids, indent }: { ids: Ids; indent: string }): string[] => {
  const id = ids.get(node.id) ?? ''
  if (node.children.length === 0) return [`${indent}${id} [${shapeOf(node)}label=${quote(labelOf(node))}]`]
  return [
    `${indent}subgraph cluster_${id} {`,
    `${indent}  graph [style=${node.shape === 'branch' ? 'dashed' : 'rounded'}, labeljust=l, label=${quote(`${labelOf(node)}\n`, '\\l')}]`,
    ...node.children.flatMap((child) => drawNode(child, { ids, indent: `${indent}  ` })),
    `${indent}}`,
  ]
}

const shapeOf = ({ shape, kind }: ChartNode): string => {
  switch (shape) {
    case 'choice':
      return 'shape=diamond, '
    case 'start':
    case 'end':
    case 'trigger':
      return 'shape=oval, style=solid, '
    case 'exit':
      return 'shape=doublecircle, style=solid, width=0.15, '
    case 'repeat':
      return 'shape=circle, style=solid, '
    default:
      return kind === 'fail' ? 'color="#bf2f3a", ' : ''
  }
}

const labelOf = ({ shape, title, detail, badges }: ChartNode): string =>
  shape === 'repeat' ? '↻' : [title, detail, badges.join(' · ')].filter((text) => text !== '').join('\n')

const FONT = { size: 10 }
const WIDEST_LABEL = 190

const drawEdge = (
  { from, to, kind, label }: ChartEdge,
  { ids, nodes }: { ids: Ids; nodes: ReadonlyMap<string, ChartNode> },
): string => {
  const [tail, head] = [lastInside(nodes.get(from)), firstInside(nodes.get(to))]
  const text = wrapText(label, { width: WIDEST_LABEL, lines: 3, font: FONT }).join('\n')
  const attributes = [
    ...(tail === from ? [] : [`ltail=cluster_${ids.get(from)}`]),
    ...(head === to ? [] : [`lhead=cluster_${ids.get(to)}`]),
    ...(label === '' ? [] : [`label=${quote(text)}`, `tooltip=${quote(cutText(label, 4 * WIDEST_LABEL, FONT))}`]),
    ...STYLES[kind],
  ]
  return `${ids.get(tail)} -> ${ids.get(head)}${attributes.length === 0 ? '' : ` [${attributes.join(', ')}]`}`
}

const STYLES: Readonly<Record<ChartEdge['kind'], readonly string[]>> = {
  flow: [],
  error: ['style=dashed', 'color="#bf2f3a"'],
  repeat: ['constraint=false'],
}

/** Graphviz has no arrows to clusters, only arrows to a node inside that are cut off at the border. */
const firstInside = (node: ChartNode | undefined): string => {
  const [child] = node?.children ?? []
  return child === undefined ? (node?.id ?? '') : firstInside(child)
}

const lastInside = (node: ChartNode | undefined): string => {
  const child = node?.children.at(-1)
  return child === undefined ? (node?.id ?? '') : lastInside(child)
}

/**
 * `lineEnd` also sets the alignment of a line: `\
 * ` centre, `\\l` left.
 */
const quote = (text: string, lineEnd: '\\n' | '\\l' = '\\n'): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', lineEnd)}"`
