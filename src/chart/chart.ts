/**
 * The picture of a workflow, independent of any format: boxes inside boxes, and arrows between them. It shows what a
 * person reads of a workflow (steps, blocks, conditions, ways out of a failure), not the states of its machine.
 */
import type { Step, Trigger } from '../compiler/document.ts'
import type { StepIcon } from '../compiler/steps/step-descriptor.ts'

export interface Chart {
  /** Name of the workflow. */
  title: string
  description: string
  nodes: ChartNode[]
  edges: ChartEdge[]
}

/**
 * A `step` holds no other steps, a `block` does, a `branch` is one side of a parallel. Markers have no text: `start`,
 * `end` of the run, `exit` where the ways through a block meet, `repeat` where a loop starts again, `choice` where a
 * condition decides.
 */
export type NodeShape = 'step' | 'block' | 'branch' | 'trigger' | 'start' | 'end' | 'exit' | 'repeat' | 'choice'

/** Id of the node where the run ends. */
export const END_NODE = 'end--'

export interface ChartNode {
  /** A step's id; other ids contain `--`, which no step's id can. Unique in the chart. */
  id: string
  shape: NodeShape
  kind: Step['kind'] | Trigger['kind'] | ''
  /** Its drawing; empty for markers. */
  icon: StepIcon | Trigger['kind'] | ''
  title: string
  /** One line about the step, such as the tool's name. */
  detail: string
  /** Short remarks: `timeout 30s`, `3 tries`. */
  badges: string[]
  /** Description that the file gives. */
  description: string
  /** Path of a step in journals without the numbers of items, such as `grades/grade`; empty for other nodes. */
  path: string
  children: ChartNode[]
}

/** `flow`: the next step; `error`: after a fault; `repeat`: back to the start of a loop. */
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

/** Returns these nodes and all inside them, outer before inner. */
export const walkNodes = (nodes: readonly ChartNode[]): ChartNode[] =>
  nodes.flatMap((node) => [node, ...walkNodes(node.children)])

/** True for nodes with a header of text above their content, or a text of their own. */
export const isBox = ({ shape }: Pick<ChartNode, 'shape'>): boolean =>
  shape === 'step' || shape === 'block' || shape === 'branch' || shape === 'trigger'

/** Returns names for the nodes that no notation can mistake for a keyword: `n1_classify`, in the order of the chart. */
export const numberNodes = ({ nodes }: Chart): ReadonlyMap<string, string> =>
  new Map(
    walkNodes(nodes).map(({ id }, index) => [
      id,
      `n${index + 1}_${id.replaceAll(/[^a-z0-9]+/gi, '_').replace(/_$/, '')}`,
    ]),
  )
