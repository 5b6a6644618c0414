/**
 * Renders a chart as Mermaid's flowchart text. Its state diagrams cannot have arrows between states of different
 * blocks, which jumps and `on_error` need; flowcharts can, and they nest as well.
 */
import { ownValue } from '../core/json.ts'
import { type Chart, type ChartEdge, type ChartNode, numberNodes, walkNodes } from './chart.ts'

export const renderMermaid = (chart: Chart): string => {
  const ids = numberNodes(chart)
  const lines = [
    '---',
    `title: ${JSON.stringify(chart.title)}`,
    '---',
    'flowchart TD',
    ...chart.nodes.flatMap((node) => drawNode(node, { ids, indent: '  ' })),
    ...chart.edges.map((edge) => `  ${drawEdge(edge, ids)}`),
    ...CLASSES,
    ...classLines(chart, ids),
  ]
  return `${lines.join('\n')}\n`
}

type Ids = ReadonlyMap<string, string>

const drawNode = (node: ChartNode, { ids, indent }: { ids: Ids; indent: string }): string[] => {
  const id = ids.get(node.id) ?? ''
  if (node.children.length === 0) return [`${indent}${id}${shapeOf(node)}`]
  return [
    `${indent}subgraph ${id}["${textOf(node, ' · ')}"]`,
    `${indent}  direction TB`,
    ...node.children.flatMap((child) => drawNode(child, { ids, indent: `${indent}  ` })),
    `${indent}end`,
  ]
}

const shapeOf = (node: ChartNode): string => {
  const text = textOf(node, '<br/>')
  switch (node.shape) {
    case 'start':
    case 'end':
    case 'trigger':
      return `(["${text}"])`
    case 'choice':
      return '{" "}'
    case 'exit':
      return '((" "))'
    case 'repeat':
      return '(("↻"))'
    default:
      return node.kind === 'switch' ? `{{"${text}"}}` : `("${text}")`
  }
}

const textOf = ({ title, detail, badges }: ChartNode, separator: string): string =>
  [title, detail, ...badges]
    .filter((text) => text !== '')
    .map(escapeText)
    .join(separator)

/** Escapes characters as Mermaid's entities (`#quot;`): those with a meaning in its grammar, in markdown or in HTML. */
const escapeText = (text: string): string =>
  text.replaceAll(/[^\p{L}\p{N} .,:/+=()!?'_-]/gu, (character) => `#${character.codePointAt(0)};`)

const drawEdge = ({ from, to, kind, label }: ChartEdge, ids: Ids): string => {
  const line = kind === 'flow' ? '-->' : '-.->'
  return `${ids.get(from)} ${line}${label === '' ? '' : `|"${escapeText(label)}"|`} ${ids.get(to)}`
}

const CLASSES = [
  '  classDef thinks stroke:#6d3fc0',
  '  classDef acts stroke:#1864b8',
  '  classDef waits stroke:#935b00',
  '  classDef fails stroke:#bf2f3a',
]

const CLASS_OF_KIND: Readonly<Record<string, string>> = {
  llm: 'thinks',
  tool: 'acts',
  code: 'acts',
  memory: 'acts',
  workflow: 'acts',
  emit: 'acts',
  wait: 'waits',
  approve: 'waits',
  fail: 'fails',
}

const classLines = ({ nodes }: Chart, ids: Ids): string[] =>
  walkNodes(nodes).flatMap(({ id, kind }) => {
    const name = ownValue(CLASS_OF_KIND, kind)
    return name === undefined ? [] : [`  class ${ids.get(id)} ${name}`]
  })
