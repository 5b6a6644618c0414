/**
 * The picture of a workflow, before any format: boxes inside boxes, and arrows between them. What a person reads of a
 * workflow (steps, blocks, conditions, ways out of a failure), not the states of its machine.
 */
import type { Step, Trigger } from '../compiler/document.ts'
import type { StepIcon } from '../compiler/steps/step-descriptor.ts'

export interface Chart {
  /** Of the workflow. */
  title: string
  description: string
  nodes: ChartNode[]
  edges: ChartEdge[]
}

/**
 * `step` holds no others, `block` does, `branch` is one side of a parallel. Markers have no text: `start`, `end` of the
 * run, `exit` where the ways through a block meet, `repeat` where a loop goes round, `choice` where a condition decides.
 */
export type NodeShape = 'step' | 'block' | 'branch' | 'trigger' | 'start' | 'end' | 'exit' | 'repeat' | 'choice'

export interface ChartNode {
  /** A step's id; that of all else holds `--`, which no step's id can. Unique in the chart. */
  id: string
  shape: NodeShape
  kind: Step['kind'] | Trigger['kind'] | ''
  /** Its drawing; empty for markers. */
  icon: StepIcon | Trigger['kind'] | ''
  title: string
  /** One line on what it does, such as the tool's name. */
  detail: string
  /** Short remarks: `timeout 30s`, `3 tries`. */
  badges: string[]
  /** What the file says about it. */
  description: string
  /** Of a step: its path in journals without the numbers of items, such as `grades/grade`; empty for all else. */
  path: string
  children: ChartNode[]
}

/** `flow`: what comes next; `error`: after a fault; `repeat`: back to the beginning of a loop. */
export type EdgeKind = 'flow' | 'error' | 'repeat'

export interface ChartEdge {
  /** Unique among the edges. */
  id: string
  from: string
  to: string
  kind: EdgeKind
  /** A condition, or fault codes; empty: always. */
  label: string
}

export const createNode = (
  id: string,
  shape: NodeShape,
  rest: Partial<Omit<ChartNode, 'id' | 'shape'>> = {},
): ChartNode => ({
  id,
  shape,
  kind: '',
  icon: '',
  title: '',
  detail: '',
  badges: [],
  description: '',
  path: '',
  children: [],
  ...rest,
})

/** These nodes and all inside them, outer before inner. */
export const walkNodes = (nodes: readonly ChartNode[]): ChartNode[] =>
  nodes.flatMap((node) => [node, ...walkNodes(node.children)])

/** Has a header of text above what it holds, or a text of its own. */
export const isBox = ({ shape }: Pick<ChartNode, 'shape'>): boolean =>
  shape === 'step' || shape === 'block' || shape === 'branch' || shape === 'trigger'
