/** Texts of a step's box, beside its id. */

import { errorCases, type TriedCase, takesAny } from '../compiler/check/jumps.ts'
import type { Preset, Step } from '../compiler/document.ts'
import type { StepIcon } from '../compiler/steps/step-descriptor.ts'
import { descriptorOf } from '../compiler/steps/step-kinds.ts'
import { boundText, durationText, expressionText } from '../compiler/steps/wording.ts'
import { countOf } from '../core/count.ts'

export const iconOf = (step: Step): StepIcon => {
  const { icon } = descriptorOf(step).chart
  return typeof icon === 'function' ? icon(step) : icon
}

export type Presets = ReadonlyMap<string, Preset>

/** Returns short remarks on how the step works, and on what happens if it fails. */
export const listBadges = (step: Step, presets: Presets): string[] => [
  ...(descriptorOf(step).chart.badges?.(step, presets) ?? []),
  ...(step.timeoutMs === undefined ? [] : [`timeout ${boundText(step.timeoutMs, durationText)}`]),
  ...(step.retry?.max === undefined ? [] : [countOf(step.retry.max.value, 'try', 'tries')]),
  ...(step.maxVisits === undefined ? [] : [`at most ${countOf(step.maxVisits.value, 'visit')}`]),
  ...errorCases(step).flatMap((one, index) => {
    if (one.action.value !== 'continue') return []
    if (takesAny(one)) return index === 0 ? 'goes on if it fails' : 'goes on after any other fault'
    return `goes on after ${caseText(one)}`
  }),
  ...(step.runsOn === undefined ? [] : [placeText(step.runsOn.value)]),
  ...(step.compensate?.value === true ? ['undoes its steps if it fails'] : []),
  ...(step.undo === undefined ? [] : [`undo: ${step.undo.tool.value}`]),
]

/** The faults that a case of `on_error` takes. */
export const caseText = ({ when, code }: Pick<TriedCase, 'when' | 'code'>): string =>
  when === undefined ? (code?.value ?? 'any fault') : expressionText(when)

const placeText = (place: NonNullable<Step['runsOn']>['value']): string => {
  if (place === 'local') return 'local'
  return 'agent' in place ? `on ${place.agent}` : `needs ${place.needs.join(', ')}`
}
