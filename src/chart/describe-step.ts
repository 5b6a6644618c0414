/** Texts of a step's box, beside its id. */

import { errorCases } from '../compiler/check/jumps.ts'
import type { Preset, Step } from '../compiler/document.ts'
import type { StepIcon } from '../compiler/steps/step-descriptor.ts'
import { descriptorOf } from '../compiler/steps/step-kinds.ts'
import { boundText, durationText } from '../compiler/steps/wording.ts'
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
  ...errorCases(step)
    .filter(({ action }) => action.value === 'continue')
    .map(({ code }) => (code === undefined ? 'goes on if it fails' : `goes on after ${code.value}`)),
  ...(step.runsOn === undefined ? [] : [placeText(step.runsOn.value)]),
  ...(step.undo === undefined ? [] : [`undo: ${step.undo.tool.value}`]),
]

const placeText = (place: NonNullable<Step['runsOn']>['value']): string => {
  if (place === 'local') return 'local'
  return 'agent' in place ? `on ${place.agent}` : `needs ${place.needs.join(', ')}`
}
