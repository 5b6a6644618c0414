/** Warns of a `compensate` that never undoes anything. */
import { correct, type Hint, insertKey } from '../correction.ts'
import type { Step } from '../document.ts'
import type { Source } from '../source.ts'
import { descriptorOf } from '../steps/step-kinds.ts'
import type { CheckContext } from './check-context.ts'
import { errorCases } from './jumps.ts'
import type { IndexedStep } from './step-index.ts'

export const checkCompensation = (step: IndexedStep, { index, diagnostics }: CheckContext): void => {
  const { compensate, malformed } = step.step
  if (compensate?.value !== true || malformed === true) return
  const idle = findIdle(step, index.steps.slice(step.number + 1, step.end), diagnostics.source)
  if (idle === undefined) return
  diagnostics.warning('idle_key', compensate.range, `'compensate' has no effect: ${idle.reason}`, idle.hint)
}

interface Idle {
  reason: string
  hint: Hint
}

const findIdle = ({ step, isFinal }: IndexedStep, inside: readonly IndexedStep[], source: Source): Idle | undefined => {
  const id = step.id.value
  if (descriptorOf(step).block === undefined)
    return { reason: `'${id}' holds no steps`, hint: 'move it to the block whose steps are to be undone, such as a do' }
  if (isFinal) return { reason: "the steps of 'finally' are not undone", hint: 'remove it' }
  if (!handlesFaults(step))
    return {
      reason: `no fault of '${id}' is handled, and a run that fails undoes its steps in any case`,
      hint: suggestHandler(step, source),
    }
  if (inside.some((one) => one.step.undo !== undefined || one.step.malformed === true)) return undefined
  return {
    reason: `no step inside '${id}' has an 'undo'`,
    hint: 'add undo: { tool: …, with: … } to the steps that have effects',
  }
}

const suggestHandler = (step: Step, source: Source): Hint => {
  const words = 'add on_error: continue, or on_error with the id of the step that follows'
  return step.onError === undefined ? correct(words, insertKey(step, 'on_error: continue', source)) : words
}

const handlesFaults = (step: Step): boolean => errorCases(step).some(({ action }) => action.value !== 'fail')
