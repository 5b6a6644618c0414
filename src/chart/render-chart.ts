/** Renders a workflow in one of the notations for pictures. */
import type { CompiledWorkflow } from '../compiler/compile.ts'
import type { RunActivity } from './activity.ts'
import { createChart } from './create-chart.ts'

export const CHART_FORMATS = ['svg', 'mermaid', 'xstate', 'dot'] as const
export type ChartFormat = (typeof CHART_FORMATS)[number]

export const isChartFormat = (text: string): text is ChartFormat => (CHART_FORMATS as readonly string[]).includes(text)

/** Returns text that ends with a line break. Only `svg` shows the activity of a run. */
export const renderChart = async (
  workflow: CompiledWorkflow,
  { format, activity }: { format: ChartFormat; activity?: RunActivity | undefined },
): Promise<string> => {
  switch (format) {
    case 'svg':
      return (await import('./render-svg.ts')).renderSvg(createChart(workflow), activity)
    case 'mermaid':
      return (await import('./render-mermaid.ts')).renderMermaid(createChart(workflow))
    case 'dot':
      return (await import('./render-dot.ts')).renderDot(createChart(workflow))
    case 'xstate':
      return (await import('./render-xstate.ts')).renderXState(workflow)
  }
}
