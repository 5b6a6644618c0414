/** Checks the cron schedules of triggers: their fields, and that they fire at all. */

import { correct, type Hint } from '../correction.ts'
import { hasDays } from '../cron/cron-days.ts'
import type { CronProblem } from '../cron/cron-fields.ts'
import { type Cron, parseCron } from '../cron/parse-cron.ts'
import type { Diagnostics } from '../diagnostic.ts'
import type { Range, Source } from '../source.ts'
import type { Located } from '../value-node.ts'
import type { CheckContext } from './check-context.ts'

export const checkSchedules = ({ workflow: { triggers }, diagnostics }: CheckContext): void => {
  for (const { kind, target } of triggers) if (kind === 'schedule') checkSchedule(target, diagnostics)
}

const checkSchedule = ({ value, range }: Located<string>, diagnostics: Diagnostics): void => {
  const parsed = parseCron(value)
  if (parsed.kind === 'problems') {
    for (const found of parsed.problems) {
      const message = `'schedule' ${found.problem}: expected ${found.expected}, got "${value}"`
      const hint = parsed.problems.length === 1 ? toHint(found, range, diagnostics.source) : found.hint
      diagnostics.error('wrong_shape', range, message, hint)
    }
  } else if (!hasDays(parsed.cron)) {
    const [day, month, weekday] = parsed.cron.fields.slice(-3)
    const message = `'schedule' never fires: expected days that occur, got day ${day} of month ${month}, weekday ${weekday}`
    diagnostics.error('impossible_schedule', range, message, suggestPossible(parsed.cron, range))
  }
}

/** The item is replaced where the text has it once. */
const toHint = ({ hint, fix }: CronProblem, { start, end }: Range, { text }: Source): Hint | undefined => {
  if (hint === undefined || fix === undefined) return hint
  const found = [...text.slice(start, end).matchAll(/[^\s,"']+/g)].filter(([item]) => item === fix.item)
  const [only] = found
  if (only === undefined || found.length > 1) return hint
  const from = start + only.index
  return correct(hint, { start: from, end: from + fix.item.length, text: fix.text })
}

/** Writes the nearest schedule that fires: with the last day of the month, and with one of day and weekday enough. */
const suggestPossible = ({ fields }: Cron, range: Range): Hint | undefined => {
  const [month, weekday] = fields.slice(-2)
  const [time, day = ''] = [fields.slice(0, -3), fields.at(-3)]
  const last = /w/i.test(day) ? 'LW' : 'L'
  const either = weekday?.replace('+', '')
  const candidates = [
    {
      text: [...time, last, month, weekday].join(' '),
      why: `the last ${last === 'L' ? 'day' : 'weekday'} of the month`,
    },
    { text: [...time, day, month, either].join(' '), why: 'either the day or the weekday' },
  ]
  const found = candidates.find(({ text }) => isPossible(text))
  return found && correct(`for ${found.why}: "${found.text}"`, { ...range, text: `"${found.text}"` })
}

const isPossible = (text: string): boolean => {
  const parsed = parseCron(text)
  return parsed.kind === 'cron' && hasDays(parsed.cron)
}
