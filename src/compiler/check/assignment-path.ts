/** Explains why a record is not certain to be there, by one concrete way to the point, as a clause. */
import type { Assignment, RecordField } from './assignment.ts'
import type { FlowEdge, FlowNode, NodeSet, Turn } from './flow-graph.ts'
import { type IndexedStep, isInside } from './step-index.ts'

export interface Reading {
  node: FlowNode
  /** The step whose record is read. */
  step: IndexedStep
  field: RecordField
}

interface Way {
  /** Where the record becomes uncertain: the entry, or a node that clears the record or ends it differently. */
  origin: FlowNode
  /** Edges from the origin to the reading. */
  edges: FlowEdge[]
}

/** Returns a clause such as `'write' has not completed when 'route' takes case 1 → 'ask_human'`. */
export const explainUnsure = (
  reading: Reading,
  { assignment, reached }: { assignment: Assignment; reached: NodeSet },
): string => {
  const way = findWay(reading, { assignment, reached })
  // An item begins anew, as the run does at its entry.
  const isBeginning = way.origin.point === 'entry' || way.origin.point === 'item_start'
  if (!isBeginning) return describeOrigin(way, reading)
  const { node, step, field } = reading
  const done = field === 'output' ? 'has not completed' : 'has not failed'
  const turn = findDecision(way, { reading, reached })
  if (turn !== undefined) return `'${step.id}' ${done} when ${describeTurn(turn, step)}`
  if (node.step === step || (node.step !== undefined && isInside(node.step, step)))
    return `'${step.id}' ${done} yet while it runs`
  const loop = node.step && findSharedLoop(step, node.step)
  if (loop !== undefined && step.number > (node.step?.number ?? 0))
    return `'${step.id}' ${done} yet in the first iteration of '${loop.id}'`
  if (field === 'error') return `'${step.id}' may have completed, or not run at all`
  return `'${step.id}' comes only later`
}

/** Finds the shortest way on which the field is missing, searching backwards. */
const findWay = (
  { node, step, field }: Reading,
  { assignment, reached }: { assignment: Assignment; reached: NodeSet },
): Way => {
  const onward = new Map<FlowNode, FlowEdge | undefined>([[node, undefined]])
  for (const at of onward.keys()) {
    if (at.point === 'entry') return { origin: at, edges: follow(at, onward) }
    for (const edge of edgesInto(at, step)) {
      const { from } = edge
      if (reached[from.number] === 0 || onward.has(from) || establishes(from, step, field)) continue
      const takesAway = spoils(from, step)
      if (!takesAway && assignment.isSure(from, step, field)) continue
      onward.set(from, edge)
      if (takesAway) return { origin: from, edges: follow(from, onward) }
    }
  }
  return { origin: node, edges: [] }
}

/** At a join that waits for all branches, only the branch of the step counts. */
const edgesInto = ({ point, step: block, effect, into }: FlowNode, step: IndexedStep): readonly FlowEdge[] => {
  if (point !== 'join' || block === undefined || effect.clears !== undefined || !isInside(step, block)) return into
  return into.filter((_, branch) => {
    const steps = block.lists[branch]?.steps
    return steps?.some(({ number, end }) => number <= step.number && step.number < end)
  })
}

const follow = (from: FlowNode, onward: ReadonlyMap<FlowNode, FlowEdge | undefined>): FlowEdge[] => {
  const edges: FlowEdge[] = []
  for (let edge = onward.get(from); edge !== undefined; edge = onward.get(edge.to)) edges.push(edge)
  return edges
}

const establishes = ({ effect }: FlowNode, step: IndexedStep, field: RecordField): boolean =>
  (field === 'output' ? effect.completes : effect.fails) === step ||
  (effect.proves?.some((proven) => proven.step === step && proven.field === field) ?? false)

const spoils = ({ effect }: FlowNode, step: IndexedStep): boolean =>
  effect.completes === step ||
  effect.fails === step ||
  (effect.clears?.some(({ from, to }) => from <= step.number && step.number < to) ?? false)

/** Finds the decision with which the way leaves all ways over the step, or the first one after that. */
const findDecision = (
  { edges }: Way,
  { reading, reached }: { reading: Reading; reached: NodeSet },
): Turn | undefined => {
  const open = [...findEstablishing(reading, reached)]
  const before = new Set(open)
  for (let node = open.pop(); node !== undefined; node = open.pop())
    for (const { from } of node.into) {
      if (before.has(from) || from === reading.node) continue
      before.add(from)
      open.push(from)
    }
  const leaving = edges.findLastIndex(({ from, to }) => before.has(from) && !before.has(to))
  return leaving === -1 ? undefined : edges.slice(leaving).find(({ turn }) => turn !== undefined)?.turn
}

function* findEstablishing({ node, step, field }: Reading, reached: NodeSet): Iterable<FlowNode> {
  const seen = new Set([node])
  const open = [node]
  for (let at = open.pop(); at !== undefined; at = open.pop())
    for (const { from } of at.into) {
      if (seen.has(from) || reached[from.number] === 0) continue
      seen.add(from)
      if (establishes(from, step, field)) yield from
      else open.push(from)
    }
}

const findSharedLoop = (step: IndexedStep, reader: IndexedStep): IndexedStep | undefined => {
  for (let block = reader.parent; block !== undefined; block = block.parent)
    if (block.step.kind === 'loop' && isInside(step, block)) return block
  return undefined
}

const describeTurn = (turn: Turn, subject: IndexedStep): string => {
  const { id } = turn.step
  const it = turn.step === subject ? 'it' : `'${id}'`
  switch (turn.kind) {
    case 'case': {
      const chosen = turn.isElse ? "takes 'else'" : `takes case ${turn.number}`
      return `'${id}' ${chosen}${turn.target === undefined ? '' : ` → '${turn.target.value}'`}`
    }
    case 'no_case':
      return `no case of '${id}' matches`
    case 'skip':
      return `${it} is skipped`
    case 'continue':
      return `${it} fails and the run goes on (on_error: continue)`
    case 'caught':
      return `${it} fails → '${turn.target.value}'`
    case 'jump':
      return `${it} goes on → '${turn.target.value}'`
    case 'settled':
      return `a branch of '${id}' fails and the others go on (join: settled)`
    case 'no_iteration':
      return `'${id}' ends without an iteration`
  }
}

const describeOrigin = ({ origin, edges }: Way, { step, field, node }: Reading): string => {
  const { id } = step
  const block = origin.step?.id ?? ''
  switch (origin.point) {
    case 'skipped':
      return `'${id}' is skipped when its 'when' is false`
    case 'failed': {
      const turn = edges.find((edge) => edge.turn !== undefined)?.turn
      return `'${id}' has no output when ${turn === undefined ? 'it fails' : describeTurn(turn, step)}`
    }
    case 'completed':
      return `'${id}' may have completed`
    case 'branch_start':
      return `'${id}' runs at the same time, in another branch of '${block}'`
    case 'join':
      return `'${block}' goes on when ${describeJoin(origin)}, and '${id}' may be cancelled`
    case 'broken':
      return `'${id}' may be cancelled when a branch of '${block}' fails`
    case 'timed_out':
      return `'${id}' may be cancelled when '${block}' times out`
    case 'retry':
      return `a retry of '${block}' clears what '${id}' had done`
    case 'finally_start':
      return `'finally' runs after any end, and '${id}' may not have completed by then`
    case 'leaving':
      return `'${id}' is cut off when '${block}' jumps → '${node.step?.id ?? 'end'}'`
    default:
      return `'${id}' ${field === 'output' ? 'has not completed' : 'has not failed'} on every way here`
  }
}

const describeJoin = ({ step, needs }: FlowNode): string => {
  if (step?.step.kind !== 'parallel') return 'a part of its branches has completed'
  const { join, branches } = step.step
  const asked = join.kind === 'at_least' ? `at_least: ${needs}` : join.kind
  return `${needs} of ${branches.length} branches ${needs === 1 ? 'has' : 'have'} completed (join: ${asked})`
}
