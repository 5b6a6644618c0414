import { MAY_LOSE_DIGITS } from '../../core/finite-json.ts'
import type { PerformTask } from '../worker-pool/worker-task.ts'
import { parseJson } from './parse-json.ts'

/** Checks JSON text as `parseJson` does. Returns the text to parse instead where numbers became texts, else an empty text. */
export const performParse: PerformTask = ({ subject, numbers }, body) => {
  const text = body.toString('utf8')
  const asText = numbers === 'text'
  const value = parseJson(text, String(subject), { numbers: asText ? 'text' : 'exact' })
  return asText && MAY_LOSE_DIGITS.test(text) ? JSON.stringify(value) : ''
}
