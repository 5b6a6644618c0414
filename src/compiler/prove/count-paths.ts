/**
 * Counts the ways that a run can take through a workflow, and finds the longest. The count is over the flow graph:
 * loops run once, retries and jumps back are left out; a foreach counts with the ways of one item; the ways of parallel
 * branches are multiplied. A fault counts if something handles it, or if a `fail` step raises it. Counts are exact: a
 * file has at most 10,000 nodes, which bounds their length.
 */
import type { CheckContext } from '../check/check-context.ts'
import type { StepPoints } from '../check/flow-builder.ts'
import type { FlowEdge, FlowNode, NodeSet } from '../check/flow-graph.ts'
import type { IndexedStep } from '../check/step-index.ts'
import { descriptorOf, isPerformed as isPerformedStep } from '../steps/step-kinds.ts'

export interface PathCount {
  paths: bigint
  /** Steps of the longest way, in order. */
  longest: string[]
}

export interface PathOptions {
  closed: ReadonlySet<FlowEdge>
  open: NodeSet
}

export const countPaths = (check: CheckContext, options: PathOptions): PathCount => {
  const ways = createWays(check, options)
  const order = toOrder(check.flow.entry, ways)
  const counter = new PathCounter(check, ways)
  for (const node of order) counter.visit(node)
  return { paths: counter.total, longest: counter.longest() }
}

interface Way {
  to: FlowNode
  kind: FlowEdge['kind']
  isHandled: boolean
}

const createWays = ({ flow, index }: CheckContext, { closed, open }: PathOptions): Way[][] => {
  const ways: Way[][] = flow.graph.nodes.map(({ onward }) =>
    onward.flatMap((edge): Way[] => {
      const { to, kind, turn } = edge
      if (closed.has(edge) || open[to.number] === 0 || kind === 'retries') return []
      if (kind !== 'repeats') return [{ to, kind, isHandled: isHandling(turn) }]
      // The body of a `while` continues after its test; that of an `until` has run once.
      const behind = to.point === 'test' ? to.onward.filter((one) => one.to.point === 'completed') : []
      return behind.map((one) => ({ to: one.to, kind: 'flows', isHandled: false }))
    }),
  )
  for (const { number, step } of index.steps)
    if (step.kind === 'foreach') leadThroughItem(flow.points[number], { ways, open })
  return ways
}

const isHandling = (turn: FlowEdge['turn']): boolean =>
  turn?.kind === 'caught' || turn?.kind === 'continue' || turn?.kind === 'settled'

/** A foreach continues after the end of its item, and not beside it. */
const leadThroughItem = (points: StepPoints | undefined, { ways, open }: { ways: Way[][]; open: NodeSet }): void => {
  const { itemEnd, perform } = points ?? {}
  if (itemEnd === undefined || perform === undefined || open[itemEnd.number] === 0) return
  const beside = (ways[perform.number] ?? []).filter(({ kind }) => kind === 'performs')
  ways[perform.number] = (ways[perform.number] ?? []).filter(({ kind }) => kind !== 'performs')
  ways[itemEnd.number] = beside
}

/** Orders the nodes so that each comes before those it leads to; edges back to an open node are removed. */
const toOrder = (entry: FlowNode, ways: Way[][]): FlowNode[] => {
  const state = new Uint8Array(ways.length)
  const postorder: FlowNode[] = []
  const calls = [{ node: entry, next: 0 }]
  state[entry.number] = 1
  for (let call = calls.at(-1); call !== undefined; call = calls.at(-1)) {
    const list = ways[call.node.number] ?? []
    const way = list[call.next]
    if (way === undefined) {
      state[call.node.number] = 2
      postorder.push(call.node)
      calls.pop()
    } else if (state[way.to.number] === 1) list.splice(call.next, 1)
    else {
      call.next++
      if (state[way.to.number] === 0) {
        state[way.to.number] = 1
        calls.push({ node: way.to, next: 0 })
      }
    }
  }
  return postorder.reverse()
}

/** Ways to a node; on the `failing` ones the fault of a `fail` step is under way. */
interface Tally {
  plain: bigint
  failing: bigint
  /** Number of steps performed on the longest way to the node. */
  length: number
  from: FlowNode | undefined
}

class PathCounter {
  readonly #check: CheckContext
  readonly #ways: readonly Way[][]
  readonly #tallies: (Tally | undefined)[] = []

  constructor(check: CheckContext, ways: readonly Way[][]) {
    this.#check = check
    this.#ways = ways
    this.#tallies[check.flow.entry.number] = { plain: 1n, failing: 0n, length: 0, from: undefined }
  }

  get total(): bigint {
    const { flow } = this.#check
    const failed = flow.graph.nodes.find(({ point }) => point === 'run_failed')
    return (this.#at(flow.end)?.plain ?? 0n) + ((failed && this.#at(failed)?.failing) ?? 0n)
  }

  longest(): string[] {
    return this.#stepsTo(this.#check.flow.end)
  }

  visit(node: FlowNode): void {
    if (node.point === 'join') this.#join(node)
    const tally = this.#at(node)
    if (tally === undefined) return
    if (isPerformed(node, this.#check)) tally.length++
    for (const way of this.#ways[node.number] ?? []) this.#pass(node, tally, way)
  }

  #pass(node: FlowNode, { plain, failing, length }: Tally, { to, kind, isHandled }: Way): void {
    // A join adds up its branches itself, once all of them are counted.
    if (to.point === 'join') return
    const raises =
      node.step !== undefined &&
      descriptorOf(node.step.step).neverCompletes === true &&
      to.point === 'failed' &&
      kind === 'flows'
    const next = this.#make(to)
    next.plain += isHandled ? plain + failing : raises ? 0n : plain
    next.failing += isHandled ? 0n : raises ? plain : kind === 'faults' ? failing : 0n
    if (next.from !== undefined && length <= next.length) return
    next.length = length
    next.from = node
  }

  #join(node: FlowNode): void {
    const { step } = node
    const perform = step && this.#check.flow.points[step.number]?.perform
    const before = perform && this.#at(perform)
    if (perform === undefined || before === undefined || before.plain === 0n) return
    const joined: Tally = { ...before, failing: 0n, from: perform }
    for (const { from } of node.into) {
      const branch = this.#at(from)
      if (branch === undefined || branch.plain === 0n) continue
      joined.plain = (joined.plain * branch.plain) / before.plain
      joined.length += branch.length - before.length
    }
    this.#tallies[node.number] = joined
  }

  #at(node: FlowNode): Tally | undefined {
    return this.#tallies[node.number]
  }

  #make(node: FlowNode): Tally {
    const known = this.#tallies[node.number]
    if (known !== undefined) return known
    const fresh: Tally = { plain: 0n, failing: 0n, length: 0, from: undefined }
    this.#tallies[node.number] = fresh
    return fresh
  }

  #stepsTo(end: FlowNode, stop?: FlowNode): string[] {
    const steps: string[] = []
    for (let node: FlowNode | undefined = end; node !== undefined && node !== stop; node = this.#at(node)?.from) {
      if (isPerformed(node, this.#check)) steps.push(node.step.id)
      if (node.point !== 'join') continue
      const perform = this.#at(node)?.from
      const branches = node.into.filter(({ from }) => (this.#at(from)?.plain ?? 0n) > 0n)
      for (const { from } of branches.reverse()) steps.push(...this.#stepsTo(from, perform).reverse())
    }
    return steps.reverse()
  }
}

const isPerformed = (node: FlowNode, { flow }: CheckContext): node is FlowNode & { step: IndexedStep } =>
  node.step !== undefined &&
  flow.points[node.step.number]?.perform === node &&
  isPerformedStep(node.step.step) &&
  descriptorOf(node.step.step).neverCompletes !== true
