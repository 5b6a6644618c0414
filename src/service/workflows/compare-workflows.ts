/** Compares two versions of a workflow: added, removed and changed steps, and changes of the flow. */

import { type ChartEdge, type ChartNode, walkNodes } from '../../chart/chart.ts'
import { createChart } from '../../chart/create-chart.ts'
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import { ownValue } from '../../core/json.ts'
import { diffJson, type JsonChange } from '../../core/json-diff.ts'
import { type PlainStep, toPlainWorkflow } from './plain-document.ts'

export interface WorkflowComparison {
  /** Equal hashes mean equal behaviour. */
  isSame: boolean
  /** Changes outside the steps: models, limits, input, output, triggers, … */
  settings: JsonChange[]
  steps: StepChange[]
  flow: FlowChange[]
  /** Names of the called workflows of which another version is linked. */
  children: string[]
}

export type StepChange =
  | { kind: 'added' | 'removed'; step: string; what: string }
  | {
      kind: 'changed'
      step: string
      /** The blocks that the step moved between; null: it stays in its block. */
      moved: { from: string; to: string } | null
      fields: JsonChange[]
    }

export interface FlowChange {
  kind: 'added' | 'removed'
  from: string
  to: string
  /** `error`: after a fault; `repeat`: back to the start of a loop. */
  edge: ChartEdge['kind']
  /** A condition, or fault codes; empty: always. */
  label: string
}

export const compareWorkflows = (before: CompiledWorkflow, after: CompiledWorkflow): WorkflowComparison => {
  const [old, now] = [toPlainWorkflow(before), toPlainWorkflow(after)]
  return {
    isSame: before.hash === after.hash,
    settings: diffJson(old.settings, now.settings),
    steps: compareSteps(old.steps, now.steps),
    flow: compareFlow(readFlow(before), readFlow(after)),
    children: [...after.children]
      .filter(([name, child]) => before.children.has(name) && before.children.get(name)?.hash !== child.hash)
      .map(([name]) => name),
  }
}

type Steps = ReadonlyMap<string, PlainStep>

const compareSteps = (before: Steps, after: Steps): StepChange[] => {
  const gone = [...before].filter(([id]) => !after.has(id))
  return [
    ...gone.map(([step, { kind }]): StepChange => ({ kind: 'removed', step, what: kind })),
    ...[...after].flatMap(([step, now]) => compareStep(step, before.get(step), now)),
  ]
}

const compareStep = (step: string, old: PlainStep | undefined, now: PlainStep): StepChange[] => {
  if (old === undefined) return [{ kind: 'added', step, what: now.kind }]
  const fields = diffJson({ kind: old.kind, ...old.fields }, { kind: now.kind, ...now.fields })
  const moved = old.inside === now.inside ? null : { from: old.inside, to: now.inside }
  return fields.length === 0 && moved === null ? [] : [{ kind: 'changed', step, moved, fields }]
}

type Edge = Omit<FlowChange, 'kind'>

/** Keyed by a text that is equal for equal edges. */
const readFlow = (workflow: CompiledWorkflow): Map<string, Edge> => {
  const { nodes, edges } = createChart(workflow)
  const names = new Map(walkNodes(nodes).map((node) => [node.id, nameNode(node)]))
  const name = (id: string): string => names.get(id) ?? id
  // The condition of a step is part of its fields.
  const flow = edges
    .filter(({ from }) => !from.endsWith('--when'))
    .map(({ from, to, kind, label }): Edge => ({ from: name(from), to: name(to), edge: kind, label }))
  return new Map(flow.map((edge) => [JSON.stringify(edge), edge]))
}

/** Names a marker by its step: the id of a marker means nothing to a reader. */
const nameNode = ({ id, shape, title }: ChartNode): string => {
  const [owner = id, marker = ''] = id.split('--')
  if (marker === '') return id
  if (shape === 'start' || shape === 'end') return owner
  if (shape === 'trigger') return `trigger ${title}`
  if (marker.startsWith('branch-')) return `${owner}/${marker.slice('branch-'.length)}`
  return marker === 'when' ? owner : `${owner} (${ownValue(MARKERS, marker) ?? marker})`
}

const MARKERS: Readonly<Record<string, string>> = { exit: 'end', repeat: 'again', choice: 'choice' }

const compareFlow = (before: ReadonlyMap<string, Edge>, after: ReadonlyMap<string, Edge>): FlowChange[] => [
  ...[...before].filter(([key]) => !after.has(key)).map(([, edge]): FlowChange => ({ kind: 'removed', ...edge })),
  ...[...after].filter(([key]) => !before.has(key)).map(([, edge]): FlowChange => ({ kind: 'added', ...edge })),
]
