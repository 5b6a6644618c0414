/**
 * Definite assignment: which outputs and errors certainly exist at each point of the flow. It is a forward must-analysis over the
 * flow graph, with one bit for the output and one for the error of each step.
 *
 * It owns the bit sets. The flow graph says which node makes which record certain; the check decides what an unsure record means.
 *
 * Invariants
 * 1. A record is certain at a point if it is certain on every way to that point.
 * 2. At a join that waits for all branches, a record is certain if it is certain in any branch.
 * 3. Bits start as certain and are only cleared, so the analysis ends. It visits all points in reverse postorder until nothing
 *    changes, which takes one pass for each level of nested cycles, and one in all without cycles.
 * 4. Points that no run reaches are left out: there every record counts as certain.
 */
import type { Effect, FlowGraph, FlowNode, NodeSet } from './flow-graph.ts'
import type { IndexedStep } from './step-index.ts'

export type RecordField = 'output' | 'error'

export interface Assignment {
  /** True if the field exists whenever a run reaches the node, before the node's own effect. */
  isSure(node: FlowNode, step: IndexedStep, field: RecordField): boolean
}

export interface AssignmentOptions {
  entry: FlowNode
  reached: NodeSet
  /** Number of steps. */
  count: number
}

export const analyseAssignment = (graph: FlowGraph, { entry, reached, count }: AssignmentOptions): Assignment => {
  const words = Math.ceil((2 * count) / 32)
  const before = new Uint32Array(graph.nodes.length * words).fill(0xffffffff)
  const after = new Uint32Array(graph.nodes.length * words).fill(0xffffffff)
  const table: BitTable = { before, after, next: new Uint32Array(words), words, count }
  const order = toReversePostorder(entry, reached)
  const mayChange = goesBack(order, reached)
  let changed = true
  while (changed) {
    changed = false
    for (const node of order) if (visit(node, { table, entry, reached })) changed = mayChange
  }
  return {
    isSure: (node, step, field) =>
      reached[node.number] === 0 || hasBit(before, node.number * words * 32 + bitOf(step, field, count)),
  }
}

interface BitTable {
  /** Rows of `words` words, one for each node. */
  before: Uint32Array
  after: Uint32Array
  /** One row, reused for every visit. */
  next: Uint32Array
  words: number
  count: number
}

const bitOf = (step: IndexedStep, field: RecordField, count: number): number =>
  field === 'output' ? step.number : count + step.number

/** Computes what is certain before and after a node. Returns true if what is certain after it has changed. */
const visit = (
  node: FlowNode,
  { table, entry, reached }: { table: BitTable; entry: FlowNode; reached: NodeSet },
): boolean => {
  const { before, after, next, words } = table
  const row = node.number * words
  if (node === entry) next.fill(0)
  else merge(node, next, { table, reached })
  before.set(next, row)
  applyEffect(node.effect, next, table.count)
  let changed = false
  for (let word = 0; word < words; word++)
    if (after[row + word] !== next[word]) {
      changed = true
      break
    }
  if (changed) after.set(next, row)
  return changed
}

const merge = (
  node: FlowNode,
  next: Uint32Array,
  { table: { after, words }, reached }: { table: BitTable; reached: NodeSet },
): void => {
  // A join that waits for a part of its branches clears all of them, so it merges like any other point.
  const isUnion = node.needs > 1 && node.effect.clears === undefined
  let isFirst = true
  for (const { from } of node.into) {
    if (reached[from.number] === 0) continue
    const row = from.number * words
    if (isFirst) next.set(after.subarray(row, row + words))
    else if (isUnion) for (let word = 0; word < words; word++) next[word] = (next[word] ?? 0) | (after[row + word] ?? 0)
    else for (let word = 0; word < words; word++) next[word] = (next[word] ?? 0) & (after[row + word] ?? 0)
    isFirst = false
  }
  if (isFirst) next.fill(isUnion ? 0 : 0xffffffff)
}

const applyEffect = ({ completes, fails, clears, proves }: Effect, bits: Uint32Array, count: number): void => {
  for (const { from, to } of clears ?? []) {
    clearBits(bits, from, to)
    clearBits(bits, count + from, count + to)
  }
  for (const { step, field } of proves ?? []) setBit(bits, bitOf(step, field, count))
  const ended = completes ?? fails
  if (ended === undefined) return
  const [there, gone] = completes === undefined ? (['error', 'output'] as const) : (['output', 'error'] as const)
  setBit(bits, bitOf(ended, there, count))
  clearBits(bits, bitOf(ended, gone, count), bitOf(ended, gone, count) + 1)
}

const hasBit = (bits: Uint32Array, at: number): boolean => (((bits[at >>> 5] ?? 0) >>> (at & 31)) & 1) === 1

const setBit = (bits: Uint32Array, at: number): void => {
  bits[at >>> 5] = (bits[at >>> 5] ?? 0) | (1 << (at & 31))
}

const clearBits = (bits: Uint32Array, from: number, to: number): void => {
  for (let at = from; at < to; at++) {
    if ((at & 31) === 0 && at + 32 <= to) {
      bits[at >>> 5] = 0
      at += 31
    } else bits[at >>> 5] = (bits[at >>> 5] ?? 0) & ~(1 << (at & 31))
  }
}

/** True if an edge leads to a node at its own place or before it, so that one pass does not see all. */
const goesBack = (order: readonly FlowNode[], reached: NodeSet): boolean => {
  const places = new Int32Array(reached.length)
  for (const [place, node] of order.entries()) places[node.number] = place
  return order.some(({ number, onward }) =>
    onward.some(({ to }) => reached[to.number] === 1 && (places[to.number] ?? 0) <= (places[number] ?? 0)),
  )
}

/** Orders the nodes so that each comes before those it leads to, cycles aside. */
const toReversePostorder = (entry: FlowNode, reached: NodeSet): FlowNode[] => {
  const seen = new Uint8Array(reached.length)
  const postorder: FlowNode[] = []
  const calls = [{ node: entry, next: 0 }]
  seen[entry.number] = 1
  for (let call = calls.at(-1); call !== undefined; call = calls.at(-1)) {
    const edge = call.node.onward[call.next++]
    if (edge === undefined) {
      postorder.push(call.node)
      calls.pop()
    } else if (seen[edge.to.number] === 0 && reached[edge.to.number] === 1) {
      seen[edge.to.number] = 1
      calls.push({ node: edge.to, next: 0 })
    }
  }
  return postorder.reverse()
}
