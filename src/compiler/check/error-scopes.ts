/** Finds where `error` is in scope: in a step that an `on_error` leads to, and in all steps inside it. */
import type { Type } from '../expression/type.ts'
import type { Flow } from './flow-builder.ts'
import type { FlowNode, NodeSet } from './flow-graph.ts'
import { FAULT, MAYBE_FAULT } from './known-types.ts'
import type { IndexedStep } from './step-index.ts'

export interface ErrorScopes {
  /** Type of `error`, nullable if the step is reached in other ways too. Undefined: `error` is not in scope. */
  typeAt(step: IndexedStep): Type | undefined
}

export const findErrorScopes = ({ points }: Flow, reached: NodeSet): ErrorScopes => {
  const arrivals = new Map<IndexedStep, Type | undefined>()
  const arrivalAt = (step: IndexedStep): Type | undefined => {
    if (!arrivals.has(step)) arrivals.set(step, typeOfArrival(points[step.number]?.enter, reached))
    return arrivals.get(step)
  }
  return {
    typeAt(step) {
      let possible: Type | undefined
      for (let at: IndexedStep | undefined = step; at !== undefined; at = at.parent) {
        const type = arrivalAt(at)
        if (type === FAULT) return FAULT
        possible ??= type
      }
      return possible
    },
  }
}

const typeOfArrival = (enter: FlowNode | undefined, reached: NodeSet): Type | undefined => {
  const turns = waysInto(enter, reached)
  const caught = turns.filter((isCaught) => isCaught).length
  if (caught === 0) return undefined
  return caught === turns.length ? FAULT : MAYBE_FAULT
}

/** True if each way into a step is one of `on_error`. A jump out of blocks has a node of its own before the step. */
const waysInto = (enter: FlowNode | undefined, reached: NodeSet): boolean[] =>
  (enter?.into ?? []).flatMap(({ from, turn }) => {
    if (reached[from.number] === 0 || from.point === 'retry') return []
    if (from.point === 'leaving') return from.into.map((way) => way.turn?.kind === 'caught')
    return [turn?.kind === 'caught']
  })
