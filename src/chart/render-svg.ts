/** Renders a picture as one SVG file: light and dark, without scripts or external resources. */
import type { RunActivity } from './activity.ts'
import { type Chart, walkNodes } from './chart.ts'
import { layOutChart } from './lay-out.ts'
import type { PlacedChart } from './placed-chart.ts'
import { drawEdge, drawEdgeLabel } from './svg/draw-edge.ts'
import { drawNode } from './svg/draw-node.ts'
import { drawText } from './svg/draw-text.ts'
import { createStyleSheet, ROOT_CLASS } from './svg/style-sheet.ts'
import { element, escapeXml } from './svg/xml.ts'

/** The same chart and activity give the same text. With `activity`, steps that were never reached are faint. */
export const renderSvg = async (chart: Chart, activity?: RunActivity): Promise<string> => {
  const placed = await layOutChart(chart, activity)
  const { width, height } = placed
  const content = [
    element('title', { id: 'troupe-chart-title' }, escapeXml(chart.title)),
    element('desc', { id: 'troupe-chart-description' }, escapeXml(describe(chart))),
    element('style', {}, createStyleSheet()),
    element('rect', { class: 'canvas', width, height }),
    ...drawHeading(placed),
    ...placed.nodes.map((node) => drawNode(node, activity)),
    ...placed.edges.map(drawEdge),
    ...placed.edges.map(drawEdgeLabel),
  ]
  return `${element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      class: ROOT_CLASS,
      width,
      height,
      viewBox: `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`,
      role: 'img',
      'aria-labelledby': 'troupe-chart-title troupe-chart-description',
    },
    `\n${content.filter((part) => part !== '').join('\n')}\n`,
  )}\n`
}

const drawHeading = ({ heading }: PlacedChart): string[] =>
  heading.map((line) => drawText(line, line.role === 'title' ? { style: 'heading' } : {}))

/** Description for screen readers. */
const describe = ({ description, nodes }: Chart): string => {
  const steps = walkNodes(nodes).filter(({ path }) => path !== '')
  const listed = steps.map(({ title, detail }) => `${title} (${detail})`).join(', ')
  return `${description === '' ? '' : `${description} `}Steps: ${listed}.`
}
